// The default configuration is complete, and every way to get a configuration wrong is told with its place.
#include "sim/config/config.h"

#include <doctest/doctest.h>

#include <unistd.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "runtime/user_error.h"
#include "sim/config/config_places.h"
#include "sim/config/config_schema.h"
#include "test_places.h"

using namespace mmasim;

namespace {

const std::string kDefault = MMASIM_SOURCE_DIR "/configs/tda4vm.yaml";

std::string default_text() {
  std::ifstream in(kDefault);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

// A file that disappears with the test.
class ConfigFile {
 public:
  explicit ConfigFile(const std::string& text)
      : path_(std::filesystem::temp_directory_path() /
              ("mmasim_config_test_" + std::to_string(getpid()) + ".yaml")) {
    std::ofstream(path_) << text;
  }
  ~ConfigFile() { std::filesystem::remove(path_); }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

// The default configuration with one line replaced (or, with `line` empty, that line removed).
std::string with_line(const std::string& begins, const std::string& line) {
  std::stringstream in(default_text());
  std::string text, each;
  bool found = false;
  while (std::getline(in, each)) {
    if (!found && each.rfind(begins, 0) == 0) {
      found = true;
      if (line.empty()) continue;
      each = line;
    }
    text += each + "\n";
  }
  REQUIRE(found);
  return text;
}

int line_of(const std::string& text, const std::string& begins) {
  std::stringstream in(text);
  std::string each;
  for (int number = 1; std::getline(in, each); ++number) {
    if (each.rfind(begins, 0) == 0) return number;
  }
  return 0;
}

std::vector<std::string> faults_of(const std::string& text) {
  return sim::check_config(ConfigFile(text).path()).faults;
}

// The one fault of a file, without the name of the file: "LINE:COLUMN: text".
std::string fault_of(const std::string& text) {
  const ConfigFile file(text);
  const auto checked = sim::check_config(file.path());
  REQUIRE(checked.faults.size() == 1);
  REQUIRE(checked.faults.front().rfind(file.path() + ":", 0) == 0);
  return checked.faults.front().substr(file.path().size() + 1);
}

std::string fault_of_override(const std::string& text) {
  const auto checked = sim::check_config(kDefault, {text});
  REQUIRE(checked.faults.size() == 1);
  return checked.faults.front();
}

void replaced_fault(const std::string& begins, const std::string& line, int column, const std::string& text) {
  const auto place = std::to_string(line_of(default_text(), begins)) + ":" + std::to_string(column) + ": ";
  const auto fault = fault_of(with_line(begins, line));
  CHECK(fault == place + text);
}

}  // namespace

TEST_CASE("config: the default file has no fault and says what the models' defaults say") {
  const auto checked = sim::check_config(kDefault);
  CHECK(checked.faults == std::vector<std::string>{});
  for (const auto& section : sim::config_schema()) {
    for (const auto& key : section.keys) {
      CAPTURE(key.path());
      CHECK(sim::to_text(key.get(checked.config)) == sim::to_text(key.get(sim::Configuration{})));
    }
  }
}

TEST_CASE("config: a misspelt key is told with its place and the nearest known one") {
  const auto line = std::to_string(line_of(default_text(), "  c_banks:") + 1);
  CHECK(fault_of(with_line("  c_banks:", "  c_banks: 4\n  c_bancs: 4")) ==
        line + ":3: unknown key 'mma.c_bancs'; did you mean 'mma.c_banks'?");
}

TEST_CASE("config: a misspelt key leaves the real one missing, and both are told in file order") {
  const auto text = with_line("  c_banks:", "  c_bancs: 4");
  const auto faults = faults_of(text);
  REQUIRE(faults.size() == 2);
  CHECK(faults[0].find(":" + std::to_string(line_of(text, "mma:")) + ":1: key 'mma.c_banks' is missing") !=
        std::string::npos);
  CHECK(faults[1].find("unknown key 'mma.c_bancs'") != std::string::npos);
}

TEST_CASE("config: a missing key is told at its section") {
  const auto line = std::to_string(line_of(default_text(), "dsp:"));
  CHECK(fault_of(with_line("  add_cycles:", "")) == line + ":1: key 'dsp.add_cycles' is missing");
}

TEST_CASE("config: an unknown section is told with the nearest known one") {
  const auto fault = fault_of(default_text() + "\ndmaa:\n  channels: 4\n");
  CHECK(fault.find(":1: unknown section 'dmaa'; did you mean 'dma'?") != std::string::npos);
}

TEST_CASE("config: a missing section is told once") {
  std::string text = default_text();
  text = text.substr(0, text.find("# Energy of single"));
  CHECK(fault_of(text).find(": section 'energy' is missing") != std::string::npos);
}

TEST_CASE("config: a key given twice is told at its second place") {
  const int first = line_of(default_text(), "  b_banks:");
  CHECK(fault_of(with_line("  b_banks:", "  b_banks: 2\n  b_banks: 2")) ==
        std::to_string(first + 1) + ":3: key 'mma.b_banks' is given twice; first on line " +
            std::to_string(first));
}

TEST_CASE("config: a value of the wrong type says what is expected") {
  replaced_fault("  b_banks:", "  b_banks: two", 12, "mma.b_banks is two; expected a whole number, 1..16");
  replaced_fault("  b_banks:", "  b_banks: 2.5", 12, "mma.b_banks is 2.5; expected a whole number, 1..16");
  replaced_fault("  b_banks:", "  b_banks: [2]", 12, "mma.b_banks is a list; expected a whole number, 1..16");
  replaced_fault("  b_banks:", "  b_banks:", 3, "mma.b_banks is empty; expected a whole number, 1..16");
  replaced_fault("    clip:", "    clip: maybe", 11, "mma.output.clip is maybe; expected true or false");
  replaced_fault("  page_policy:", "  page_policy: ajar", 16,
                 "ddr.page_policy is ajar; expected open or closed");
}

TEST_CASE("config: the ends of a range are allowed, one step beyond is not") {
  CHECK(sim::check_config(kDefault, {"dma.channels=1"}).faults.empty());
  CHECK(sim::check_config(kDefault, {"dma.channels=64"}).faults.empty());
  CHECK(fault_of_override("dma.channels=0") == "--set dma.channels: dma.channels is 0; expected 1..64");
  CHECK(fault_of_override("dma.channels=65") == "--set dma.channels: dma.channels is 65; expected 1..64");
  replaced_fault("  core_clock_mhz:", "  core_clock_mhz: 0.5", 19,
                 "soc.core_clock_mhz is 0.5; expected 1..10000 MHz");
  CHECK(fault_of_override("dma.channels=-1") == "--set dma.channels: dma.channels is -1; expected 1..64");
  CHECK(fault_of_override("dma.channels=1e400").find("is 1e400; expected a whole number") !=
        std::string::npos);
}

TEST_CASE("config: a number with a unit is converted to the key's unit") {
  const auto config = sim::load_config(
      kDefault, {"soc.core_clock_mhz=1.5 GHz", "l2.size_bytes=224 KiB", "ddr.size_bytes=1GiB",
                 "l2.read_bytes_per_cycle=32 B/cycle", "energy.static_mw=0.25 W",
                 "ddr.clock_period_ns=500 ps", "dsp.start_cycles=7 cycles"});
  CHECK(config.core_clock_mhz == 1500);
  CHECK(config.machine.l2_bytes == 224 * 1024);
  CHECK(config.machine.ddr_bytes == 1024u * 1024 * 1024);
  CHECK(config.l2.read_bytes_per_cycle == 32);
  CHECK(config.energy.static_mw == 250);
  CHECK(config.dram.clock_period_ns == 0.5);
  CHECK(config.dsp.start_cycles == 7);
}

TEST_CASE("config: the price of a byte of L2 and L3 follows an overridden size by its square root") {
  // The file's 448 KiB cost 2.1 pJ a byte, its 7968 KiB of L3 8.8: four times the size costs twice as much, a
  // quarter half.
  const auto config = sim::load_config(kDefault, {"l2.size_bytes=1792 KiB", "l3.size_bytes=1992 KiB"});
  CHECK(config.energy.l2_pj_per_byte == doctest::Approx(4.2));
  CHECK(config.energy.l3_pj_per_byte == doctest::Approx(4.4));
  const auto priced =
      sim::load_config(kDefault, {"energy.l2_pj_per_byte=3", "l2.size_bytes=1792 KiB", "l3.size_bytes=0"});
  CHECK(priced.energy.l2_pj_per_byte == 3);  // as the override says
  CHECK(sim::load_config(kDefault, {}).energy.l2_pj_per_byte == 2.1);
  CHECK(sim::load_config(kDefault, {"l2.size_bytes=448 KiB"}).energy.l2_pj_per_byte == 2.1);
  // A file with a base that changes the size alone, and an override back to the base's size.
  const ConfigFile larger("base: tda4vm\nl2:\n  size_bytes: 1792 KiB\n");
  CHECK(sim::load_config(larger.path()).energy.l2_pj_per_byte == doctest::Approx(4.2));
  CHECK(sim::load_config(larger.path(), {"l2.size_bytes=448 KiB"}).energy.l2_pj_per_byte == 2.1);
  const ConfigFile own_price("base: tda4vm\nl2:\n  size_bytes: 1792 KiB\nenergy:\n  l2_pj_per_byte: 3\n");
  CHECK(sim::load_config(own_price.path()).energy.l2_pj_per_byte == 3);
}

TEST_CASE("config: a unit of another dimension is told with the units allowed") {
  replaced_fault("  core_clock_mhz:", "  core_clock_mhz: 1 GiB", 19,
                 "soc.core_clock_mhz is 1 GiB; its unit is one of Hz, kHz, MHz, GHz");
  CHECK(fault_of_override("l2.size_bytes=64 cycles") ==
        "--set l2.size_bytes: l2.size_bytes is 64 cycles; its unit is one of B, KiB, MiB, GiB");
  CHECK(fault_of_override("l2.size_bytes=448 KB") ==
        "--set l2.size_bytes: l2.size_bytes is 448 KB; its unit is one of B, KiB, MiB, GiB");
  CHECK(fault_of_override("l2.read_bytes_per_cycle=64 B/s") ==
        "--set l2.read_bytes_per_cycle: l2.read_bytes_per_cycle is 64 B/s; its unit is one of B/cycle, "
        "KiB/cycle, "
        "MiB/cycle, GiB/cycle");
  CHECK(fault_of_override("mma.b_banks=2 cycles") ==
        "--set mma.b_banks: mma.b_banks is 2 cycles; it has no unit");
}

TEST_CASE("config: an override that names no key says so") {
  CHECK(fault_of_override("mma.b_bank=4") ==
        "--set mma.b_bank: unknown key 'mma.b_bank'; did you mean 'mma.b_banks'?");
  CHECK(fault_of_override("mma.b_banks") == "--set mma.b_banks: expected path.to.key=value");
}

TEST_CASE("config: the last override of a key holds, over the file's value") {
  CHECK(sim::load_config(kDefault, {"mma.b_banks=4", "mma.b_banks=3"}).machine.b_banks == 3);
}

TEST_CASE("config: keys that do not fit each other are told at the key at fault") {
  replaced_fault("  array_bytes:", "  array_bytes: 48", 16, "mma.array_bytes is 48; expected a power of two");
  CHECK(fault_of_override("l2.size_bytes=100001").find("expected a multiple of 128") != std::string::npos);
  CHECK(fault_of_override("ddr.size_bytes=4 GiB") ==
        "--set ddr.size_bytes: ddr.size_bytes is 4294967296; expected at most the 2147483648 bytes of all "
        "channels, "
        "ranks, banks, rows and columns");
  CHECK(fault_of_override("ddr.banks=7") == "--set ddr.banks: ddr.banks is 7; expected a power of two");
}

TEST_CASE("config: every fault of a file is collected, and load_config throws the first") {
  const std::string text = "soc: 3\nmma:\n  array_bytes: 0\n";
  const ConfigFile file(text);
  const auto checked = sim::check_config(file.path());
  REQUIRE(checked.faults.size() > 10);
  CHECK(checked.faults.front() == file.path() + ":1:1: section 'soc' is not a mapping of keys");
  bool found = false;
  for (const auto& fault : checked.faults) {
    found = found || fault == file.path() + ":3:16: mma.array_bytes is 0; expected 8..128 bytes";
  }
  CHECK(found);
  CHECK_THROWS_WITH_AS(sim::load_config(file.path()), checked.faults.front().c_str(), runtime::UserError);
}

TEST_CASE("config: what is no YAML, no mapping, empty or missing is one fault") {
  CHECK(fault_of("soc: [1, 2").find("not YAML: ") != std::string::npos);
  CHECK(fault_of("- 1\n- 2\n") == "1:1: expected sections (soc, mma, dsp, ...), each a mapping of keys");
  CHECK(fault_of("") == "1:1: is empty");
  CHECK_THROWS_WITH_AS(sim::check_config("/nonexistent/x.yaml"), "/nonexistent/x.yaml: cannot be opened",
                       runtime::UserError);
}

TEST_CASE("config: the resolved configuration is printed whole, in the key's unit") {
  const auto json = sim::to_json(sim::load_config(kDefault, {"l2.size_bytes=224 KiB"}));
  CHECK(json["l2"]["size_bytes"] == 229376);
  CHECK(json["mma"]["output"]["multiplier_bits"] == 0);
  CHECK(json["mma"]["output"]["half_up_only"] == true);
  CHECK(json["mma"]["block_cycles"] == 2.5);
  CHECK(json["soc"]["name"] == "tda4vm");
  CHECK(json.begin().key() == "soc");
}

TEST_CASE("config: a base gives what a file leaves out, and the file wins") {
  const ConfigFile file("base: am62a\nddr:\n  channels: 2\nsoc:\n  name: wide\n");
  const auto checked = sim::check_config(file.path());
  CHECK(checked.faults == std::vector<std::string>{});
  const auto base = sim::load_config(MMASIM_SOURCE_DIR "/configs/am62a.yaml");
  CHECK(checked.config.dram.channels == 2);
  CHECK(base.dram.channels == 1);
  CHECK(checked.config.name == "wide");
  for (const auto& section : sim::config_schema()) {
    for (const auto& key : section.keys) {
      if (key.path() == "ddr.channels" || key.path() == "soc.name") continue;
      CAPTURE(key.path());
      CHECK(sim::to_text(key.get(checked.config)) == sim::to_text(key.get(base)));
    }
  }
}

TEST_CASE("config: a base that is not there, or no name, or the file itself, is told at its place") {
  CHECK(fault_of("base: am62b\n")
            .find("1:1: configuration 'am62b': no such file, nor one of am62a, am67a, "
                  "am68a, am69a, tda4vm; did you mean 'am62a'?") == 0);
  CHECK(fault_of("base: [am62a]\n").find("1:1: base is no name; expected") == 0);
  const auto itself = "mmasim_config_test_" + std::to_string(getpid()) + ".yaml";
  CHECK(fault_of("soc:\n  name: x\nbase: " + itself + "\n")
            .find("3:1: base '" + itself + "' leads back to itself") == 0);
}

TEST_CASE("config: a fault of a base is told with the base's own place") {
  const ConfigFile base(with_line("  c_banks:", "  c_banks: none"));
  const auto variant = base.path() + ".variant.yaml";
  std::ofstream(variant) << "base: " << base.path() << "\n";
  const auto faults = sim::check_config(variant).faults;
  std::filesystem::remove(variant);
  REQUIRE(faults.size() == 1);
  CHECK(faults.front().find(base.path() + ":" + std::to_string(line_of(default_text(), "  c_banks:")) +
                            ":") == 0);
}

TEST_CASE("config: a configuration that comes with mmasim is found by its name") {
  CHECK(sim::find_config("am68a") == MMASIM_SOURCE_DIR "/configs/am68a.yaml");
  CHECK(sim::find_config("some/folder/am68a") == "some/folder/am68a");
  CHECK(sim::find_config("mine.yaml") == "mine.yaml");
  CHECK_THROWS_WITH_AS(sim::find_config("am68"),
                       "configuration 'am68': no such file, nor one of am62a, am67a, am68a, am69a, tda4vm; "
                       "did you mean 'am68a'?",
                       runtime::UserError);
}

TEST_CASE("config: a key's beginning is nearer than its rhyme") {
  CHECK(fault_of_override("l2.size=1MiB") ==
        "--set l2.size: unknown key 'l2.size'; did you mean 'l2.size_bytes'?");
}
