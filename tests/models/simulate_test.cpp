// simulate(): one SoC after another in a process.
#include "models/simulate.h"

#include <doctest/doctest.h>

#include <stdexcept>
#include <systemc>
#include <vector>

#include "isa/encoding/codec.h"
#include "isa/semantics/program_run.h"

using namespace mmasim;

namespace {

isa::Program two_layers() {
  isa::Program program;
  program.layers.resize(2);
  for (const isa::Instruction& instruction : std::vector<isa::Instruction>{
           isa::CtlLayer{0, isa::Setup::call}, isa::CtlLayer{1, isa::Setup::none}, isa::CtlEnd{}}) {
    isa::encode(instruction, program.code);
    ++program.instruction_count;
  }
  return program;
}

}  // namespace

TEST_CASE("simulate: tells every layer as it begins") {
  models::SocConfig config;
  config.overhead.network_call_cycles = 1234;
  std::vector<uint64_t> begun;
  const models::Activity activity =
      models::simulate(two_layers(), config, nullptr, {}, [&](uint64_t layer, uint64_t layers) {
        begun.push_back(layer);
        CHECK(layers == 2);
      });
  CHECK(begun == std::vector<uint64_t>{0, 1});
  CHECK(activity.total_cycles == 1234);
}

TEST_CASE("simulate: an SoC after others in a process takes the time that the first takes") {
  const auto first = models::simulate(two_layers(), {}, nullptr);
  models::SocConfig slower;
  slower.cores = 2;
  slower.overhead.network_call_cycles = 4321;
  CHECK(models::simulate(two_layers(), slower, nullptr).total_cycles == 4321);
  for (int i = 0; i < 100; ++i)
    CHECK(models::simulate(two_layers(), {}, nullptr).total_cycles == first.total_cycles);
}

TEST_CASE("simulate: an SoC that waits for ever leaves the kernel to the next") {
  isa::Program waits;
  waits.layers.resize(1);
  for (const isa::Instruction& instruction :
       std::vector<isa::Instruction>{isa::SyncWait{1, 1}, isa::CtlEnd{}}) {
    isa::encode(instruction, waits.code);
    ++waits.instruction_count;
  }
  CHECK_THROWS_AS(models::simulate(waits, {}, nullptr), isa::Deadlock);
  models::SocConfig config;
  config.overhead.network_call_cycles = 1234;
  CHECK(models::simulate(two_layers(), config, nullptr).total_cycles == 1234);
}

TEST_CASE("simulate: modules of somebody else keep the kernel") {
  const sc_core::sc_module_name name("other");
  const struct Other : sc_core::sc_module {
    explicit Other(const sc_core::sc_module_name&) {}
  } other(name);
  CHECK_THROWS_AS(models::simulate(two_layers(), {}, nullptr), std::logic_error);
}
