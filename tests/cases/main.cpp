// Runs every case of a folder under every preset and width, prints a line for each and all failures at the
// end.
//   run_cases [FOLDER] [--shard K/N] [--only TEXT] [--program MMASIM] [--failures]
// FOLDER: the environment's MMASIM_CASES, else tests/cases/corpus. Exit code 1 if anything is not as allowed.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <systemc>
#include <utility>

#include "sim/commands/cli.h"
#include "test_places.h"
#include "tests/cases/attempt.h"
#include "tests/cases/index.h"
#include "tests/cases/judge.h"
#include "tests/cases/network_facts.h"
#include "tests/runtime/io/temporary_folder.h"

// Of the process that a case is given; this program itself never elaborates.
int sc_main(int argc, char** argv) { return mmasim::sim::run_command_line(argc, argv); }

namespace mmasim::cases {
namespace {

struct Options {
  std::string folder, only, program;
  size_t shard = 0, shards = 1;
  bool failures_only = false;
};

Options options_of(const std::vector<std::string>& words) {
  Options options;
  const char* folder = std::getenv("MMASIM_CASES");
  options.folder = folder != nullptr && *folder != '\0' ? folder : MMASIM_SOURCE_DIR "/tests/cases/corpus";
  for (size_t i = 0; i < words.size(); ++i) {
    const bool has_value = i + 1 < words.size();
    if (words[i] == "--failures") {
      options.failures_only = true;
    } else if (words[i] == "--only" && has_value) {
      options.only = words[++i];
    } else if (words[i] == "--program" && has_value) {
      options.program = words[++i];
    } else if (words[i] == "--shard" && has_value) {
      if (std::sscanf(words[++i].c_str(), "%zu/%zu", &options.shard, &options.shards) != 2 ||
          options.shard < 1 || options.shard > options.shards)
        throw std::runtime_error("--shard is " + words[i] + "; expected K/N with K of 1..N");
      --options.shard;
    } else if (words[i].rfind("--", 0) != 0) {
      options.folder = words[i];
    } else {
      throw std::runtime_error("unknown option " + words[i]);
    }
  }
  return options;
}

std::vector<std::string> input_options(const Case& each, const NetworkFacts& facts) {
  std::vector<std::string> options;
  for (size_t i = 0; i < each.inputs.size(); ++i) {
    const bool is_named = each.inputs.size() > 1 && i < facts.input_names.size();
    options.insert(options.end(),
                   {"--input", (is_named ? facts.input_names[i] + "=" : "") + each.inputs[i].string()});
  }
  if (!each.calibration.empty()) options.insert(options.end(), {"--calibration", each.calibration.string()});
  return options;
}

std::string line(const Case& each, const Grid& grid, const Verdict& verdict) {
  char head[128];
  std::snprintf(head, sizeof head, "%-28s %-16s %-6s ", each.name.c_str(), grid.preset.c_str(),
                grid.precision.c_str());
  return head + verdict.text;
}

class Driver {
 public:
  explicit Driver(const Options& options) : options_(options) {}

  int perform() {
    const auto cases = read_index(options_.folder);
    for (size_t i = options_.shard; i < cases.size(); i += options_.shards)
      if (cases[i].name.find(options_.only) != std::string::npos) run(cases[i]);
    std::printf("\n%zu runs, %zu right, %zu refused as they may be, %zu failed\n", runs_, right_, refused_,
                failures_.size());
    for (const auto& failure : failures_) std::printf("%s\n", failure.c_str());
    if (runs_ == 0) std::printf("nothing was run\n");
    return failures_.empty() && runs_ > 0 ? 0 : 1;
  }

 private:
  void run(const Case& each) {
    const auto facts = network_facts(each.network);
    for (const auto* preset : {"tidl-np2-fixed", "tidl-p2-dynamic", "per-channel"})
      for (const auto* precision : {"int8", "int16", "int32"}) run(each, facts, {preset, precision});
  }

  void run(const Case& each, const NetworkFacts& facts, const Grid& grid) {
    const auto out = scratch_.file("out");
    std::filesystem::remove_all(out);
    std::vector<std::string> arguments{"run", each.network.string(), "--verify=layers", "--quiet"};
    const auto inputs = input_options(each, facts);
    arguments.insert(arguments.end(), inputs.begin(), inputs.end());
    for (const auto& [option, value] : {std::pair<const char*, std::string>{"--quant", grid.preset},
                                        {"--precision", grid.precision},
                                        {"--threads", "1"},
                                        {"--out", out}})
      arguments.insert(arguments.end(), {option, value});
    const auto ended = attempt(arguments, options_.program, scratch_.file("said"));
    count(ended, judge(each, facts, grid, ended, out), each, grid);
  }

  void count(const Attempt& ended, const Verdict& verdict, const Case& each, const Grid& grid) {
    const auto text = line(each, grid, verdict);
    ++runs_;
    if (!verdict.is_right)
      failures_.push_back(text);
    else if (ended.exit_code == 0)
      ++right_;
    else
      ++refused_;
    if (!options_.failures_only || !verdict.is_right) std::printf("%s\n", text.c_str());
    std::fflush(stdout);
  }

  const Options options_;
  const runtime::test::TemporaryFolder scratch_{"cases"};
  size_t runs_ = 0, right_ = 0, refused_ = 0;
  std::vector<std::string> failures_;
};

}  // namespace
}  // namespace mmasim::cases

int main(int argc, char** argv) {
  setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);
  try {
    return mmasim::cases::Driver(mmasim::cases::options_of({argv + 1, argv + argc})).perform();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "run_cases: %s\n", error.what());
    return 2;
  }
}
