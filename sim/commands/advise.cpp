// `mmasim advise`: what bounds a network and what would help, each change really simulated.
#include <cstdlib>
#include <memory>

#include "runtime/user_error.h"
#include "sim/advice/advice.h"
#include "sim/advice/layer_alternatives.h"
#include "sim/commands/commands.h"
#include "sim/commands/option_kinds.h"
#include "sim/experiment/perform.h"
#include "sim/host/child_process.h"
#include "sim/host/exit_code.h"
#include "sim/host/stopwatch.h"

namespace mmasim::sim {
namespace {

struct AdviseOptions {
  Request request;
  std::string budget;
  OutputOptions output;
};

// How much may be run: seconds ("10s") or runs ("20"); without either all.
struct Budget {
  double seconds = 1e9;
  size_t runs = SIZE_MAX;
};

Budget budget_of(const std::string& text) {
  if (text.empty()) return {};
  const bool is_seconds = text.back() == 's';
  const auto digits = text.substr(0, text.size() - (is_seconds ? 1 : 0));
  char* end = nullptr;
  const double number = std::strtod(digits.c_str(), &end);
  const bool is_number = !digits.empty() && *end == '\0' && number >= 0 && number < 1e9;
  const bool is_whole = is_number && number == static_cast<double>(static_cast<uint64_t>(number));
  if (!is_number || (!is_seconds && !is_whole)) {
    throw runtime::UserError("--budget " + text + "; expected a number of runs, as 20, or seconds, as 10s");
  }
  if (is_seconds) return {number, SIZE_MAX};
  return {1e9, static_cast<size_t>(number)};
}

class Trials {
 public:
  Trials(const AdviseOptions& options, Progress& progress)
      : budget_(budget_of(options.budget)), jobs_(options.output.threads), progress_(progress) {
    requests_.push_back(options.request);
    for (auto& alternative : alternatives_of(options.request)) add(std::move(alternative));
  }

  Advice advice() {
    groundwork_.prepare({requests_.front()}, progress_);
    run(0, 1);
    const auto& graph = groundwork_.find_network(requests_.front())->network.graph;
    for (auto& alternative : layer_alternatives_of(requests_.front(), graph, *base_))
      add(std::move(alternative));
    groundwork_.prepare(requests_, progress_, OnFault::leaves);
    run(1, requests_.size());
    return advice_of(*base_, tried_);
  }

 private:
  void run(size_t first, size_t end) {
    progress_.say("simulate " + std::to_string(requests_.size()) + " runs");
    std::vector<ordered_json> jobs;
    for (size_t i = first; i < end; ++i) jobs.emplace_back(i);
    run_each_in_children(
        jobs, [this](const ordered_json& job) { return try_one(job.get<size_t>()); }, jobs_,
        [&](size_t index, JobEnd ended) { keep(first + index, std::move(ended)); });
  }

  void add(Alternative alternative) {
    const auto refused = alternative.refused;
    if (!refused && requests_.size() <= budget_.runs) {
      of_run_.push_back(tried_.size());
      requests_.push_back(alternative.request);
    }
    const bool is_beyond = !refused && (of_run_.empty() || of_run_.back() != tried_.size());
    tried_.push_back({std::move(alternative), std::nullopt, refused});
    if (is_beyond) tried_.back().not_run = kBeyond;
  }

  // In the child. Null: the time is up.
  ordered_json try_one(size_t index) {
    if (index > 0 && stopwatch_.seconds() > budget_.seconds) return nullptr;
    Progress silent(Loudness::silent);
    return to_json(report_keys(), perform(requests_[index], silent, groundwork_).report);
  }

  void keep(size_t index, JobEnd end) {
    if (index == 0) {
      end.rethrow();
      base_ = from_json(report_keys(), end.result, "report");
      return;
    }
    auto& tried = tried_[of_run_[index - 1]];
    if (end.kind == JobEnd::Kind::user_error) {
      tried.not_run = end.message;
    } else {
      end.rethrow();
      if (end.result.is_null()) {
        tried.not_run = kBeyond;
      } else {
        tried.report = from_json(report_keys(), end.result, "report");
      }
    }
    progress_.say(std::to_string(++ended_) + " of " + std::to_string(requests_.size()) + " runs");
  }

  static constexpr const char* kBeyond = "beyond --budget";

  const Budget budget_;
  const unsigned jobs_;
  Progress& progress_;
  const Stopwatch stopwatch_;
  Groundwork groundwork_;
  std::vector<Request> requests_;  // the base, then what is run
  std::vector<size_t> of_run_;     // of `tried_`, per run after the base
  std::vector<Tried> tried_;
  std::optional<RunReport> base_;
  size_t ended_ = 0;
};

int advise(AdviseOptions options) {
  auto& request = options.request;
  check_precision(request.quant.precision);
  request.mode = Mode::timing_only;
  check_request(request);
  Progress progress(loudness_of(options.output));
  const auto advice = Trials(options, progress).advice();
  progress.say("");
  print(AdvicePrintout(advice), options.output.format);
  return kDone;
}

}  // namespace

void add_advise_command(CLI::App& app, Action& action) {
  auto& command =
      *app.add_subcommand("advise", "what bounds a network and what would help, each change simulated");
  auto options = std::make_shared<AdviseOptions>();
  auto& request = options->request;
  auto& output = options->output;
  add_network_argument(command, request.network);
  add_quant_options(command, request.quant);
  add_hardware_options(command, request.config);
  add_import_options(command, request.import);
  add_value(
      command, "--budget", options->budget,
      {"N|Ns",
       "at most so many runs beside the network as it is (20), or none begun after so many seconds (10s)",
       "all are run"});
  add_format_option(command, output.format);
  command
      .add_flag_callback(
          "--json", [options] { options->output.format = "json"; }, "as --format json")
      ->default_str("off");
  add_host_options(command, output.threads, output.quiet);
  command.callback([&action, options] { action = [options] { return advise(*options); }; });
}

}  // namespace mmasim::sim
