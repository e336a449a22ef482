// Keys that stand for others: the values they give, worked out by hand or taken from the parts' own files.
#include "sim/config/config_shorthands.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "sim/config/config.h"
#include "sim/config/config_schema.h"
#include "test_places.h"

using namespace mmasim;

namespace {

const std::string kConfigs = MMASIM_SOURCE_DIR "/configs/";

sim::Configuration with(const std::string& part, const std::vector<std::string>& set) {
  const auto checked = sim::check_config(kConfigs + part + ".yaml", set);
  CHECK(checked.faults == std::vector<std::string>{});
  return checked.config;
}

std::string fault_of(const std::string& part, const std::vector<std::string>& set) {
  const auto checked = sim::check_config(kConfigs + part + ".yaml", set);
  REQUIRE(checked.faults.size() == 1);
  return checked.faults.front();
}

// That of one section, and of the link to the DDR.
void check_same_ddr(const sim::Configuration& a, const sim::Configuration& b) {
  for (const auto& section : sim::config_schema()) {
    for (const auto& key : section.keys) {
      if (section.path != "ddr" && key.path() != "interconnect.ddr_bytes_per_cycle") continue;
      CAPTURE(key.path());
      CHECK(sim::to_text(key.get(a)) == sim::to_text(key.get(b)));
    }
  }
}

class File {
 public:
  explicit File(const std::string& text)
      : path_(std::filesystem::temp_directory_path() / ("shorthand_" + std::to_string(getpid()) + ".yaml")) {
    std::ofstream(path_) << text;
  }
  ~File() { std::filesystem::remove(path_); }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace

TEST_CASE("ddr.rate_mtps: the clock has half the rate") {
  CHECK(with("tda4vm", {"ddr.rate_mtps=4000"}).dram.clock_period_ns == 0.5);
  CHECK(with("tda4vm", {"ddr.rate_mtps=3.2 GT/s"}).dram.clock_period_ns == 0.625);
}

TEST_CASE("ddr.rate_mtps: what a device needs by the nanosecond keeps it, rounded up") {
  // 0.46875 ns before, 0.5 ns now: 15/16 of the cycles
  const auto dram = with("tda4vm", {"ddr.rate_mtps=4000"}).dram;
  CHECK(dram.cl_cycles == 34);       // 33.75
  CHECK(dram.trtp_cycles == 15);     // 15
  CHECK(dram.trefi_cycles == 7808);  // 7807.5
  CHECK(dram.tccd_cycles == 8);      // a burst's transfers
  CHECK(dram.trtrs_cycles == 1);
  CHECK(dram.tppd_cycles == 4);
}

TEST_CASE("ddr.rate_mtps: the TDA4VM's DDR at 3733 MT/s is the AM62A's") {
  auto slower = with("tda4vm", {"ddr.rate_mtps=3733.33"});
  const auto am62a = with("am62a", {});
  CHECK(slower.dram.clock_period_ns == doctest::Approx(am62a.dram.clock_period_ns).epsilon(1e-5));
  slower.dram.clock_period_ns = am62a.dram.clock_period_ns;
  check_same_ddr(slower, am62a);
}

TEST_CASE("ddr.rate_mtps: timing given beside it is the new rate's") {
  const auto dram = with("tda4vm", {"ddr.rate_mtps=8533.3333333333333", "ddr.cl_cycles=40"}).dram;
  CHECK(dram.clock_period_ns == doctest::Approx(0.234375));
  CHECK(dram.cl_cycles == 40);
  CHECK(dram.trcd_cycles == 78);
}

TEST_CASE("ddr.copies: twice the TDA4VM's DDR is the AM68A's, twice that is the AM69A's") {
  check_same_ddr(with("tda4vm", {"ddr.copies=2"}), with("am68a", {}));
  check_same_ddr(with("tda4vm", {"ddr.copies=4"}), with("am69a", {}));
  check_same_ddr(with("am68a", {"ddr.copies=2"}), with("am69a", {}));
  check_same_ddr(with("am62a", {"ddr.copies=1"}), with("am62a", {}));
}

TEST_CASE("ddr.copies: a mapping that is not led by columns takes turns every burst") {
  const File file("base: tda4vm\nddr:\n  address_mapping: bank channel column rank row\n");
  const auto checked = sim::check_config(file.path(), {"ddr.copies=2"});
  CHECK(checked.faults == std::vector<std::string>{});
  CHECK(checked.config.dram.address_mapping == "channel bank column rank row");
}

TEST_CASE("shorthands: a file may say one, of its base, and an override replaces what it gives") {
  const File file("base: tda4vm\nddr:\n  rate_mtps: 3200\n  copies: 2\n");
  const auto variant = sim::load_config(file.path());
  CHECK(variant.dram.clock_period_ns == 0.625);
  CHECK(variant.dram.cl_cycles == 27);
  CHECK(variant.dram.channels == 2);
  CHECK(sim::load_config(file.path(), {"ddr.copies=2"}).dram.channels == 4);
  CHECK(sim::load_config(file.path(), {"ddr.clock_period_ns=1"}).dram.clock_period_ns == 1);
}

TEST_CASE("shorthands: beside a key that one gives, it is refused in one line") {
  CHECK(fault_of("tda4vm", {"ddr.clock_period_ns=1", "ddr.rate_mtps=3200"}) ==
        "--set ddr.rate_mtps: ddr.rate_mtps stands beside ddr.clock_period_ns, which it gives; leave out one "
        "of them");
  CHECK(fault_of("tda4vm", {"ddr.copies=2", "ddr.channels=2"}) ==
        "--set ddr.copies: ddr.copies stands beside ddr.channels, which it gives; leave out one of them");
  const File file("base: tda4vm\nddr:\n  rate_mtps: 3200\n  clock_period_ns: 1\n");
  const auto faults = sim::check_config(file.path()).faults;
  REQUIRE(faults.size() == 1);
  CHECK(faults.front() == file.path() +
                              ":3:14: ddr.rate_mtps stands beside ddr.clock_period_ns, which it gives; leave "
                              "out one of them");
}

TEST_CASE("shorthands: a value out of range, of another unit, or that no DRAM map takes is told") {
  CHECK(fault_of("tda4vm", {"ddr.rate_mtps=10"}) ==
        "--set ddr.rate_mtps: ddr.rate_mtps is 10; expected a number, 20..20000 MT/s");
  CHECK(fault_of("tda4vm", {"ddr.rate_mtps=1 GHz"}) ==
        "--set ddr.rate_mtps: ddr.rate_mtps is 1 GHz; expected a number, 20..20000 MT/s");
  CHECK(fault_of("tda4vm", {"ddr.copies=1.5"}) ==
        "--set ddr.copies: ddr.copies is 1.5; expected a whole number, 1..16");
  CHECK(fault_of("tda4vm", {"ddr.copies=3"}).find("--set ddr.copies: ddr.channels") == 0);
  CHECK(fault_of("tda4vm", {"ddr.rate=10"}) ==
        "--set ddr.rate: unknown key 'ddr.rate'; did you mean 'ddr.rate_mtps'?");
}
