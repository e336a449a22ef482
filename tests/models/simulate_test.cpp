// simulate(): the one elaboration of a process.
#include "models/simulate.h"

#include <doctest/doctest.h>

#include <stdexcept>
#include <vector>

#include "isa/encoding/codec.h"

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

TEST_CASE("simulate: a second SoC in one process is a bug") {
  models::simulate(two_layers(), {}, nullptr);
  CHECK_THROWS_AS(models::simulate(two_layers(), {}, nullptr), std::logic_error);
}
