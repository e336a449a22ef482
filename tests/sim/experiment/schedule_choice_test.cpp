#include "sim/experiment/schedule_choice.h"

#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "sim/config/config.h"
#include "test_places.h"
#include "tests/runtime/io/temporary_folder.h"

using namespace mmasim;

namespace {

const std::string kTda4vm = MMASIM_SOURCE_DIR "/configs/tda4vm.yaml";

std::vector<sim::ScheduleChoice> choices(const std::vector<std::string>& sets,
                                         const std::string& file = kTda4vm) {
  return sim::schedule_choices(sim::load_config(file, sets));
}

std::string written(const runtime::test::TemporaryFolder& folder, const std::string& text) {
  const auto file = folder.file("soc.yaml");
  std::ofstream(file) << text;
  return file;
}

}  // namespace

TEST_CASE("schedule choice: a part as it ships, and what tells lowering nothing, have one schedule") {
  CHECK(choices({}).size() == 1);
  CHECK(choices({"dsp.add_cycles=2"}).size() == 1);
  CHECK(choices({"soc.name=mine"}).size() == 1);
}

TEST_CASE("schedule choice: the part's own schedule stays open to whatever has as much of everything") {
  const auto more = choices({"l2.size_bytes=1MiB"});
  REQUIRE(more.size() == 5);
  CHECK(more[0].machine.l2_bytes == 1024 * 1024);
  CHECK(more[1].machine.l2_bytes == 448 * 1024);
  CHECK(more[2].machine.l2_bytes == 992 * 1024);
  CHECK(more[4].machine.l2_bytes == 928 * 1024);
  const auto less = choices({"l2.size_bytes=256KiB"});
  REQUIRE(less.size() == 4);
  CHECK(less[1].machine.l2_bytes == 224 * 1024);
  CHECK(less[3].machine.l2_bytes == 160 * 1024);
  CHECK(choices({"l2.size_bytes=250KiB"})[1].machine.l2_bytes == 224 * 1024);
  const auto slower = choices({"ddr.clock_period_ns=1"});
  REQUIRE(slower.size() == 2);
  CHECK(slower[0].cost.ddr_bytes_per_cycle < slower[1].cost.ddr_bytes_per_cycle);
  CHECK(choices({"mma.array_bytes=32", "mma.store_bytes_per_cycle=32"}).size() == 1);
}

TEST_CASE("schedule choice: a file's base is one of its parts, and so is the part of its name") {
  const runtime::test::TemporaryFolder folder("schedule-choice");
  const auto based =
      written(folder, "base: " + kTda4vm + "\nsoc:\n  name: mine\nddr:\n  clock_period_ns: 0.25\n");
  CHECK(choices({}, based).size() == 2);
  // Of no file that is known, but of a known name.
  const auto changed = sim::load_config(kTda4vm, {"ddr.clock_period_ns=0.25"});
  const auto named = sim::config_from_json(sim::to_json(changed), "config");
  CHECK(named.origin.empty());
  CHECK(sim::schedule_choices(named).size() == 2);
}

TEST_CASE("schedule choice: a machine executes what was made for less, not for other widths") {
  const isa::Machine part;
  const auto with = [&](auto change) {
    isa::Machine machine = part;
    change(machine);
    return machine;
  };
  CHECK(sim::executes_programs_of(part, part));
  const auto more = with([](isa::Machine& m) { m.c_banks = 16, m.l2_bytes *= 2, m.half_up_only = 0; });
  CHECK(sim::executes_programs_of(more, part));
  CHECK_FALSE(sim::executes_programs_of(part, more));
  const auto mixed = with([](isa::Machine& m) { m.c_banks = 16, m.b_banks = 1; });
  CHECK_FALSE(sim::executes_programs_of(mixed, part));
  const auto wide = with([](isa::Machine& m) { m.array_bytes = 128; });
  CHECK_FALSE(sim::executes_programs_of(wide, part));
  CHECK_FALSE(sim::executes_programs_of(part, wide));
}
