// Exit codes and one-line messages of the program as a user meets them.
#include <sys/stat.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <thread>
#include <vector>

#include "runtime/io/npy.h"
#include "tests/sim/command_line.h"

using namespace mmasim;
using namespace mmasim::sim::test;
using runtime::test::TemporaryFolder;

namespace {

// The command reads a pipe, into which the file is written once.
Said piped(const TemporaryFolder& folder, const std::string& command, const std::string& file) {
  const auto pipe = folder.file("pipe");
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  std::thread writer([&] { std::ofstream(pipe, std::ios::binary) << std::ifstream(file).rdbuf(); });
  auto said = command_line(command + " " + pipe);
  writer.join();
  std::filesystem::remove(pipe);
  return said;
}

// A mistake of the user's: exit code 2, one line on standard error that holds `text`, nothing on standard
// output.
void check_mistake(const std::string& arguments, const std::string& text) {
  CAPTURE(arguments);
  const auto said = command_line(arguments);
  CHECK(said.exit_code == 2);
  CHECK(said.is_one_line());
  CAPTURE(said.error);
  CHECK(said.mentions(text));
  CHECK(said.out == "");
}

void write_floats(const std::string& path, const runtime::Shape& shape, float value) {
  const std::vector<float> values(static_cast<size_t>(runtime::element_count(shape)), value);
  const auto* bytes = reinterpret_cast<const uint8_t*>(values.data());
  runtime::write_npy(path, "<f4", shape, {bytes, bytes + values.size() * sizeof(float)});
}

}  // namespace

TEST_CASE("cli: --version and --help succeed on standard output") {
  CHECK(command_line("--version").out.rfind("mmasim ", 0) == 0);
  CHECK(command_line("--help").exit_code == 0);
  const auto said = command_line("run --help");
  CHECK(said.exit_code == 0);
  CHECK(said.out.find("--timing-only") != std::string::npos);
  CHECK(said.error == "");
}

TEST_CASE("cli: mistakes on the command line are exit code 2") {
  check_mistake("", "subcommand");
  check_mistake("rum", "unknown command 'rum'; did you mean 'run'?");
  check_mistake("run", "network is required");
  check_mistake("run " + kLenet + " --frobnicate", "--frobnicate");
  check_mistake("run " + kLenet + " --verify=some", "--verify");
  check_mistake("run " + kLenet + " --threads 0", "1 to 1024");
  check_mistake("run " + kLenet + " --format xml", "--format");
  check_mistake("describe weather", "topic");
}

TEST_CASE("cli: options that exclude each other are told") {
  check_mistake("run " + kLenet + " --timing-only --verify", "--timing-only");
  check_mistake("run " + kLenet + " --timing-only --verify=layers", "--timing-only");
  check_mistake("run " + kLenet + " --timing-only --functional-only", "--functional-only");
}

TEST_CASE("cli: precisions and presets that are not there are told with those that are") {
  check_mistake("run " + kLenet + " --precision float64", "expected int8, int16, int32, mixed or float32");
  check_mistake("run " + kLenet + " --precision mixed",
                "every operand has 8 bits; give mixed.factor, mixed.layers");
  check_mistake("run " + kLenet + " --quant tidl-np2-fixd", "tidl-np2-fixed");
  check_mistake("run " + kLenet + " --quant /nonexistent.yaml", "/nonexistent.yaml: cannot be opened");
  check_mistake("run " + kLenet + " --set-quant act.bit=8", "did you mean 'act.bits'?");
  check_mistake("run " + kLenet + " --set-quant act.symmetric=false", "expected requant.kind mul_shift");
  check_mistake("compare " + kLenet + " --precision int8,int9", "int9");
}

TEST_CASE("cli: configurations with faults are told with their place") {
  const TemporaryFolder folder("cli-config");
  folder.write("broken.yaml", "soc:\n  name: x\n  nane: y\n");
  check_mistake("run " + kLenet + " --config " + folder.file("broken.yaml"),
                folder.file("broken.yaml") + ":3:3: unknown key 'soc.nane'; did you mean 'soc.name'?");
  check_mistake("run " + kLenet + " --set mma.b_banks=0",
                "--set mma.b_banks: mma.b_banks is 0; expected 1..16");
  check_mistake("run " + kLenet + " --config /nonexistent.yaml", "/nonexistent.yaml: cannot be opened");
}

TEST_CASE("cli: validate says every fault, each on its line, and ok for files without") {
  const TemporaryFolder folder("cli-validate");
  folder.write("broken.yaml", "soc:\n  name: x\n  nane: y\n");
  const auto said =
      command_line("validate " MMASIM_SOURCE_DIR "/configs/tda4vm.yaml " + folder.file("broken.yaml"));
  CHECK(said.exit_code == 2);
  CHECK(said.out == MMASIM_SOURCE_DIR "/configs/tda4vm.yaml: ok\n");
  CHECK(said.mentions("broken.yaml:3:3: unknown key 'soc.nane'; did you mean 'soc.name'?\n"));
  CHECK(said.mentions("broken.yaml:1:1: section 'mma' is missing\n"));
  CHECK(command_line("validate " MMASIM_SOURCE_DIR "/configs/tda4vm.yaml").exit_code == 0);
  CHECK(command_line("validate tda4vm").out == "tda4vm: ok\n");
}

TEST_CASE("cli: validate reads each kind of file once, also from a pipe") {
  const TemporaryFolder folder("cli-validate-pipe");
  folder.write("wrong.yaml", "network: a\nnetwork: b\n");
  const auto validated = [&](const std::string& file) { return piped(folder, "validate", file); };
  const auto ok = folder.file("pipe") + ": ok\n";
  CHECK(validated(MMASIM_SOURCE_DIR "/configs/tda4vm.yaml").out == ok);
  CHECK(validated(MMASIM_SOURCE_DIR "/configs/quant/per-channel.yaml").out == ok);
  CHECK(validated(folder.file("wrong.yaml")).mentions("pipe:2:1: key 'network' is given twice\n"));
}

TEST_CASE("cli: networks that cannot be read, and weights that are not there, are told") {
  const TemporaryFolder folder("cli-network");
  folder.write("text.onnx", "no network");
  check_mistake("run /nonexistent.onnx --out " + folder.file("out"), "/nonexistent.onnx");
  check_mistake("run " + folder.file("text.onnx") + " --out " + folder.file("out"), "text.onnx");
  check_mistake("run " + kResnet18 + " --out " + folder.file("out"), "--random-weights");
  CHECK_FALSE(std::filesystem::exists(folder.file("out")));  // a mistake leaves nothing behind
}

TEST_CASE("cli: inputs that do not fit the network are told with what does") {
  const TemporaryFolder folder("cli-input");
  write_floats(folder.file("narrow.npy"), {1, 1, 28, 27}, 0.5f);
  write_floats(folder.file("nan.npy"), {1, 1, 28, 28}, std::numeric_limits<float>::quiet_NaN());
  write_floats(folder.file("good.npy"), {1, 1, 28, 28}, 0.5f);
  runtime::write_npy(folder.file("double.npy"), "<f8", {1, 1, 28, 28}, std::vector<uint8_t>(8 * 784));
  runtime::write_npy(folder.file("wide.npy"), "<i2", {1, 1, 28, 28}, std::vector<uint8_t>(2 * 784));
  const auto run = "run " + kLenet + " --out " + folder.file("out") + " --input ";
  check_mistake(run + folder.file("narrow.npy"), "[1, 1, 28, 27]; input 'input' takes [1, 1, 28, 28]");
  check_mistake(run + folder.file("nan.npy"), "element 0 is not a number");
  check_mistake(run + folder.file("double.npy"), "dtype <f8; expected float32");
  check_mistake(run + folder.file("wide.npy"), "or int8 as it is quantized");
  check_mistake(run + "imput=" + folder.file("good.npy"), "did you mean 'input'?");
  check_mistake(run + folder.file("good.npy") + " --input " + folder.file("good.npy"), "given twice");
  check_mistake(run + "/nonexistent.npy", "/nonexistent.npy");
  CHECK(command_line(run + folder.file("good.npy") + " --quiet").exit_code == 0);
}

TEST_CASE("cli: a folder that cannot be written is told before any work") {
  const TemporaryFolder folder("cli-out");
  folder.write("file", "");
  check_mistake("run /nonexistent.onnx --out " + folder.file("file"),
                "--out " + folder.file("file") + " cannot be written");
  check_mistake("compile /nonexistent.onnx -o /nonexistent/p.mma", "/nonexistent/p.mma: cannot be written");
}

TEST_CASE("cli: programs that cannot be read or do not fit the machine are told") {
  const TemporaryFolder folder("cli-program");
  folder.write("text.mma", "no program");
  const auto program = folder.file("p.mma");
  REQUIRE(command_line("compile " + kLenet + " --quiet -o " + program).exit_code == 0);
  check_mistake("simulate " + folder.file("text.mma"), "text.mma");
  check_mistake("simulate " + program + " --set l2.size_bytes=224KiB",
                "l2_bytes is 229376, the program needs 458752");
  check_mistake("assemble " + folder.file("text.mma") + " -o " + folder.file("q.mma"), "text.mma:1: ");
  CHECK_FALSE(std::filesystem::exists(folder.file("q.mma")));
  REQUIRE(command_line("compile " + kLenet + " --timing-only --quiet -o " + program).exit_code == 0);
  check_mistake("simulate " + program + " --out " + folder.file("out"), "--timing-only");
}

TEST_CASE("cli: a cut-off program file is told, wherever it is cut") {
  const TemporaryFolder folder("cli-cut");
  REQUIRE(command_line("compile " + kLenet + " --timing-only --quiet -o " + folder.file("p.mma")).exit_code ==
          0);
  const auto whole = text_of_file(folder.file("p.mma"));
  for (const size_t bytes : {size_t{0}, size_t{7}, size_t{40}, whole.size() / 2, whole.size() - 1}) {
    folder.write("cut.mma", whole.substr(0, bytes));
    check_mistake("simulate " + folder.file("cut.mma"), "cut.mma");
  }
}

TEST_CASE("cli: disassemble and assemble give back the same bytes") {
  const TemporaryFolder folder("cli-text");
  REQUIRE(command_line("compile " + kLenet + " --quiet -o " + folder.file("p.mma")).exit_code == 0);
  REQUIRE(command_line("disassemble " + folder.file("p.mma") + " -o " + folder.file("p.s")).exit_code == 0);
  CHECK(command_line("disassemble " + folder.file("p.mma")).out == text_of_file(folder.file("p.s")));
  CHECK(piped(folder, "disassemble", folder.file("p.mma")).out == text_of_file(folder.file("p.s")));
  REQUIRE(command_line("assemble " + folder.file("p.s") + " -o " + folder.file("q.mma")).exit_code == 0);
  CHECK(text_of_file(folder.file("p.mma")) == text_of_file(folder.file("q.mma")));
}

TEST_CASE("cli: describe prints the pages of docs/") {
  for (const std::string topic :
       {"isa", "config", "stats", "presets", "calibrators", "transforms", "operators", "commands"}) {
    CAPTURE(topic);
    const auto said = command_line("describe " + topic);
    CHECK(said.exit_code == 0);
    CHECK(said.out == text_of_file(MMASIM_SOURCE_DIR "/docs/" + topic + ".md"));
    CHECK(nlohmann::json::accept(command_line("describe " + topic + " --format json").out));
  }
}

TEST_CASE("cli: what does not reach standard output is an error") {
  const TemporaryFolder folder("cli-output");
  for (const std::string command :
       {"describe isa", "--help", "--version", "validate " MMASIM_SOURCE_DIR "/configs/tda4vm.yaml"}) {
    for (const std::string target : {">/dev/full", ">&-"}) {
      CAPTURE(command + " " + target);
      const auto line =
          std::string(MMASIM_BINARY) + " " + command + " 2>" + folder.file("error") + " " + target;
      const int status = std::system(line.c_str());
      CHECK(WIFEXITED(status));
      CHECK(WEXITSTATUS(status) == 2);
      const auto error = text_of_file(folder.file("error"));
      CHECK(error.find("mmasim: standard output cannot be written: ") == 0);
      CHECK(error.find('\n') == error.size() - 1);
    }
  }
}

TEST_CASE("cli: help says what the exit codes are") {
  CHECK(command_line("--help").out.find(
            "exit codes: 0 done, 1 a verification or a target failed, 2 a mistake") != std::string::npos);
}
