// Every option of every command, given alone with what it needs: it changes what comes out, is the host's
// business alone, or is refused. No option is ignored in silence.
#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <vector>

#include "tests/sim/command_line.h"
#include "tests/sim/commands/options_table.h"
#include "tests/sim/workplace.h"

using namespace mmasim::sim::test;
using mmasim::runtime::test::TemporaryFolder;

namespace {

namespace fs = std::filesystem;

// Where rows are tried.
class Trial {
 public:
  // All that a command leaves, but for what is the host's.
  std::string result_of(const Row& row, const std::string& option) const {
    fs::remove_all(workplace_.file("out"));
    fs::create_directories(workplace_.file("out"));
    const auto out = kWithFolder.count(row.command) != 0 ? " --out out" : "";
    const auto said =
        workplace_.say(row.command + " " + kBase.at(row.command) + out + " " + row.beside + " " + option);
    const bool in_any_order = row.command == "sweep" || row.command == "perform";  // as jobs end
    return std::to_string(said.exit_code) + "\n" + without_host(said.out, in_any_order) + "\n" + said.error +
           files(in_any_order);
  }

  bool goes_elsewhere(const Row& row) const {
    fs::remove_all(workplace_.file("elsewhere"));
    const auto said = workplace_.say(row.command + " " + kBase.at(row.command) + " " + row.option);
    return said.exit_code == 0 && fs::exists(workplace_.file("elsewhere"));
  }

 private:
  // JSON, and lines in any order, without what differs between two equal runs.
  static std::string without_host(const std::string& text, bool in_any_order) {
    std::stringstream lines(text);
    std::vector<std::string> kept_lines;
    for (std::string line; std::getline(lines, line);) {
      auto json = nlohmann::json::parse(line, nullptr, false);
      const bool is_result = json.is_object() && json.contains("outcome");
      if (is_result && json["outcome"].is_object()) json["outcome"]["report"].erase("host");
      kept_lines.push_back(is_result ? json.dump() : line);
    }
    if (in_any_order) std::sort(kept_lines.begin(), kept_lines.end());
    std::string kept;
    for (const auto& line : kept_lines) kept += line + "\n";
    auto json = nlohmann::json::parse(text, nullptr, false);
    if (!json.is_object()) return kept;
    json.erase("host");
    return json.dump();
  }

  std::string files(bool in_any_order) const {
    std::map<std::string, std::string> contents;
    for (const auto& entry : fs::recursive_directory_iterator(workplace_.file("out"))) {
      if (!entry.is_regular_file() || entry.path().extension() == ".html") continue;
      contents[entry.path().string()] = without_host(text_of_file(entry.path().string()), in_any_order);
    }
    std::string text;
    for (const auto& [name, content] : contents) text += name + ":\n" + content;
    return text;
  }

  const Workplace workplace_{"options"};
};

void check_rows_of(const std::vector<std::string>& commands) {
  const Trial trial;
  for (const auto& row : kRows) {
    if (std::find(commands.begin(), commands.end(), row.command) == commands.end()) continue;
    CAPTURE(row.command);
    CAPTURE(row.option);
    if (row.effect == Effect::place) {
      CHECK(trial.goes_elsewhere(row));
      continue;
    }
    const bool is_same = trial.result_of(row, "") == trial.result_of(row, row.option);
    CHECK(is_same == (row.effect == Effect::host));
  }
}

// A mistake that names both options as they are typed.
void check_refused(const std::string& arguments, const std::string& text) {
  CAPTURE(arguments);
  const auto said = command_line(arguments);
  CAPTURE(said.error);
  CHECK(said.exit_code == 2);
  CHECK(said.is_one_line());
  CHECK(said.mentions(text));
}

}  // namespace

TEST_CASE("options: the table has every option of every command") {
  std::set<std::string> tried = kNeeded;
  for (const auto& row : kRows)
    tried.insert(row.command + " " + row.option.substr(0, row.option.find_first_of(" =")));
  tried.insert("disassemble --output");
  tried.insert("sweep --threads");  // another name of --jobs
  std::set<std::string> known;
  const auto commands = nlohmann::json::parse(command_line("describe commands --format json").out);
  for (const auto& command : commands) {
    CHECK(kBase.count(command["name"]) == 1);
    for (const auto& option : command["options"])
      known.insert(command["name"].get<std::string>() + " " + option["names"].back().get<std::string>());
  }
  for (const auto& each : known) CHECK_MESSAGE(tried.count(each) == 1, each);
  CHECK(known.size() > 120);
}

TEST_CASE("options: each of run changes something or is the host's") { check_rows_of({"run"}); }

TEST_CASE("options: each of compare and check and advise changes something or is the host's") {
  check_rows_of({"compare", "check", "advise"});
}

TEST_CASE("options: each of evaluate and tune changes something or is the host's") {
  check_rows_of({"evaluate", "tune"});
}

TEST_CASE("options: each of quantize and compile and simulate changes something or is the host's") {
  check_rows_of({"quantize", "compile", "simulate"});
}

TEST_CASE("options: each of the other commands changes something or is the host's") {
  check_rows_of({"disassemble", "describe", "sweep", "perform", "memory", "trace"});
}

TEST_CASE("options: one that serves nothing beside another is refused before any file is read") {
  const std::string beside_timing[] = {"--seed 1", "--calibration x", "--compare-float", "--verify",
                                       "--functional-only"};
  for (const auto& option : beside_timing)
    check_refused("run none.onnx --timing-only " + option,
                  option.substr(0, option.find(' ')) + " serves nothing beside --timing-only: ");
  check_refused("compile none.onnx -o none.mma --timing-only --seed 1",
                "--seed serves nothing beside --timing-only");
  check_refused("compile none.onnx -o none.mma --calibration x --seed 1",
                "--seed serves nothing beside --calibration");
  check_refused("quantize none.onnx -o none.onnx --calibration x --seed 1",
                "--seed serves nothing beside --calibration");
  for (const std::string option : {"--trace csv", "--sort cycles", "--bound mma"}) {
    const auto name = option.substr(0, option.find(' '));
    check_refused("run none.onnx --functional-only " + option,
                  name + " serves nothing beside --functional-only: ");
    check_refused("simulate none.mma --plain " + option, name + " serves nothing beside --plain: ");
  }
  for (const std::string option : {"--top 1", "--sort cycles", "--bound mma"}) {
    const auto name = option.substr(0, option.find(' '));
    for (const std::string format : {"json", "html"})
      check_refused("run none.onnx --format " + format + " " + option,
                    name + " serves nothing beside --format " + format + ": ");
  }
  for (const std::string option :
       {"--quant x", "--precision int8", "--set-quant act.bits=8", "--calibration x"})
    check_refused("run none.onnx --plan x.yaml " + option,
                  option.substr(0, option.find(' ')) + " serves nothing beside --plan: ");
  check_refused("run none.onnx --precision float32 --calibration x",
                "--calibration serves nothing beside --precision float32: ");
  check_refused("simulate none.mma --plain --timing-only", "--plain serves nothing beside --timing-only");
  check_refused("simulate none.mma --plain --threads 2", "--threads serves nothing beside --plain");
  for (const std::string option : {"--trace csv", "--no-program"})
    check_refused("run none.onnx --out none " + option,
                  option.substr(0, option.find(' ')) + " serves nothing beside --out none: ");
  check_refused("advise none.onnx --json --format csv", "--json serves nothing beside --format");
  for (const std::string option : {"--resume", "--engine slurm"})
    check_refused("sweep none.yaml --dry-run " + option,
                  option.substr(0, option.find(' ')) + " serves nothing beside --dry-run: ");
  check_refused("describe manual --format json", "--format serves nothing beside manual");
}

TEST_CASE("options: one that needs another is refused without it") {
  check_refused("run none.onnx --trace-limit 1M", "--trace-limit serves nothing without --trace: ");
  check_refused("run none.onnx --trace-layers x", "--trace-layers serves nothing without --trace: ");
  check_refused("sweep none.yaml --chunk 1", "--chunk serves nothing without --engine slurm: ");
  check_refused("sweep none.yaml --sbatch=--x", "--sbatch serves nothing without --engine slurm: ");
  check_refused("perform none.yaml --first 1", "--first and --count choose lines of FILE.jsonl");
}

TEST_CASE("options: a seed is refused where every input is given") {
  const auto image = kDataset + "/one_image.npy";
  check_refused("run " + kLenet + " --seed 1 --input " + image, "--seed makes inputs that are not given");
  const TemporaryFolder folder("options-seed");
  REQUIRE(command_line("compile " + kLenet + " --quiet -o " + folder.file("p.mma")).exit_code == 0);
  check_refused("simulate " + folder.file("p.mma") + " --seed 1 --input " + image,
                "--seed makes inputs that are not given");
}

TEST_CASE("options: those of other commands are not known, and the nearest is named") {
  for (const std::string line :
       {"compare x --seed 1", "compare x --calibration y", "evaluate x --dataset y --seed 1",
        "evaluate x --dataset y --input z", "tune x --dataset y --seed 1", "trace x --config y",
        "check x --out y", "describe isa --quiet"}) {
    const auto command = line.substr(0, line.find(' '));
    check_refused(line, command + " has no option --");
  }
  check_refused("run x --hepl", "run has no option --hepl; did you mean --help?");
}
