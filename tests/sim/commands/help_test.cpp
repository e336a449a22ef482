// What --help, the manual page and the completion say, and that it is true: examples run, defaults hold.
#include <algorithm>
#include <regex>

#include "tests/sim/workplace.h"

using namespace mmasim::sim::test;

namespace {

nlohmann::json commands() {
  return nlohmann::json::parse(command_line("describe commands --format json").out);
}

std::string one_spaced(const std::string& text) { return std::regex_replace(text, std::regex("\\s+"), " "); }

}  // namespace

TEST_CASE("help: every option has its sentence and its default") {
  for (const auto& command : commands()) {
    const std::string name = command["name"];
    CAPTURE(name);
    const auto help = one_spaced(command_line(name + " --help").out);
    for (const auto& option : command["options"]) {
      const std::string sentence = option["sentence"];
      const auto repeatable = option["repeatable"] == true ? "; repeatable" : "";
      const auto absent = option["default"].is_null()
                              ? "(required)"
                              : "(default: " + option["default"].get<std::string>() + ")";
      CAPTURE(sentence);
      CHECK(help.find(one_spaced(sentence + repeatable + " " + absent)) != std::string::npos);
    }
    CHECK(help.find(
              "exit codes: 0 done, 1 a verification or a target failed, 2 a mistake in arguments or files, "
              "3 a defect of mmasim, 130 interrupted") != std::string::npos);
  }
}

TEST_CASE("help: no line is longer than 130 characters") {
  for (const auto& command : commands()) {
    std::stringstream lines(command_line(command["name"].get<std::string>() + " --help").out);
    for (std::string line; std::getline(lines, line);) CHECK_MESSAGE(line.size() <= 130, line);
  }
}

TEST_CASE("help: the two examples of every command do what they say") {
  const Workplace workplace("examples");
  for (const auto& command : commands()) {
    REQUIRE(command["examples"].size() == 2);
    for (const std::string example : command["examples"]) {
      CAPTURE(example);
      CHECK(example.find("mmasim " + command["name"].get<std::string>() + " ") != std::string::npos);
      CHECK(command_line(command["name"].get<std::string>() + " --help").out.find("\n  " + example + "\n") !=
            std::string::npos);
      const auto said = workplace.shell(example);
      CAPTURE(said.error);
      CHECK(said.exit_code == 0);
    }
  }
}

TEST_CASE("help: a default that can be typed is what holds without the option") {
  const Workplace workplace("defaults");
  const auto report = [&](const std::string& options) {
    const auto said = workplace.say("run net.onnx --quiet --format json --out out " + options);
    CAPTURE(said.error);
    REQUIRE(said.exit_code == 0);
    auto json = nlohmann::json::parse(said.out);
    json.erase("host");
    return json;
  };
  const auto without = report("");
  for (const std::string option :
       {"--config tda4vm", "--quant tidl-np2-fixed", "--seed 0", "--precision int8"})
    CHECK_MESSAGE(report(option) == without, option);
  for (const std::string line :
       {"trace trace.csv --top 10", "trace trace.csv --format table", "describe presets --format markdown",
        "perform requests.jsonl --first 0 --jobs 1"}) {
    const auto first_option = line.find(" --");
    auto with = workplace.say(line).out, plain = workplace.say(line.substr(0, first_option)).out;
    const std::regex host("\"host\":\\{[^}]*\\}");
    CHECK_MESSAGE(std::regex_replace(with, host, "") == std::regex_replace(plain, host, ""), line);
  }
}

TEST_CASE("help: words that stand for another are answered with it") {
  for (const auto& [seen, meant] : {std::pair<const char*, const char*>{"help", "--help"},
                                    {"version", "--version"},
                                    {"describe quant", "presets"},
                                    {"describe hardware", "config"},
                                    {"describe man", "manual"},
                                    {"describe operator", "operators"}}) {
    const auto said = command_line(seen);
    CHECK(said.exit_code == 2);
    CHECK(said.is_one_line());
    CHECK_MESSAGE(said.mentions(std::string("did you mean '") + meant + "'?"), said.error);
  }
}

TEST_CASE("help: a number that is none is answered with a short range") {
  for (const auto& [line, text] :
       {std::pair<const char*, const char*>{"run x --seed -1", "'-1'; expected a whole number, 0 or more"},
        {"run x --seed 1e3", "'1e3'; expected a whole number, 0 or more"},
        {"run x --seed 18446744073709551616", "expected a whole number, 0 or more"},
        {"run x --top 0", "'0'; expected a whole number, 1 or more"},
        {"run x --random-weights x", "expected a whole number, 0 or more"},
        {"run x --threads 1025", "expected a whole number, 1 to 1024"},
        {"evaluate x --dataset y --limit 0", "expected a whole number, 1 or more"},
        {"tune x --dataset y --target-drop 101", "expected a number, 0 to 100"},
        {"memory x --cycles -5", "expected a whole number, 1 or more"},
        {"sweep x --jobs 0", "expected a whole number, 1 to 1024"},
        {"sweep x --engine slurm --chunk 0", "expected a whole number, 1 or more"},
        {"perform x --first -1", "expected a whole number, 0 or more"},
        {"perform x --count 0", "expected a whole number, 1 or more"},
        {"trace x --top 0", "expected a whole number, 1 to 1000000"}}) {
    const auto said = command_line(line);
    CAPTURE(line);
    CAPTURE(said.error);
    CHECK(said.exit_code == 2);
    CHECK(said.is_one_line());
    CHECK(said.error.size() < 120);
    CHECK(said.mentions(text));
  }
}

TEST_CASE("help: a leading zero makes no number an octal one") {
  const Workplace workplace("octal");
  const auto ten = workplace.say("perform requests.jsonl --first 010").error;
  CHECK(ten.find("has no request 10") != std::string::npos);
}

TEST_CASE("help: text is read from standard input as - and from what has no size") {
  const Workplace workplace("stdin");
  CHECK(workplace.shell("mmasim assemble - -o a.mma < net.s && cmp a.mma net.mma").exit_code == 0);
  CHECK(workplace.shell("cat net.s | mmasim assemble /dev/stdin -o b.mma && cmp b.mma net.mma").exit_code ==
        0);
  CHECK(workplace.shell("mmasim memory - < stream.txt > a && mmasim memory stream.txt > b && cmp a b")
            .exit_code == 0);
  const auto said = workplace.shell("echo nonsense | mmasim assemble - -o c.mma");
  CHECK(said.exit_code == 2);
  CHECK(said.mentions("standard input:1: "));
}

TEST_CASE("help: a file whose name has a comma is one configuration") {
  const Workplace workplace("comma");
  const auto said = workplace.shell(
      "cp soc.yaml one,two.yaml && mmasim compare net.onnx --quiet --config one,two.yaml,tda4vm");
  CHECK(said.exit_code == 2);  // three names: one, two.yaml, tda4vm
  CHECK(workplace.shell("mmasim compare net.onnx --quiet --config one,two.yaml --config tda4vm").exit_code ==
        0);
}

TEST_CASE("help: the manual page has every command and option") {
  const auto manual = command_line("describe manual").out;
  for (const auto& command : commands()) {
    CHECK(manual.find("\n.SS mmasim " + command["name"].get<std::string>()) != std::string::npos);
    for (const auto& option : command["options"]) {
      const auto name = std::regex_replace(option["names"].back().get<std::string>(), std::regex("-"), "\\-");
      CHECK_MESSAGE(manual.find(name) != std::string::npos, name);
    }
  }
}
