// `mmasim perform`: requests from a file, their results to a log. A task of a cluster's job array is one of
// these.
#include <cstdio>
#include <fstream>
#include <memory>

#include "runtime/user_error.h"
#include "sim/commands/commands.h"
#include "sim/commands/option_kinds.h"
#include "sim/host/exit_code.h"
#include "sim/sweep/local_engine.h"

namespace mmasim::sim {
namespace {

struct PerformOptions {
  std::string file, log;
  std::optional<uint64_t> first, count;  // of a list
  unsigned jobs = 1;
  bool quiet = false;
};

bool is_list(const std::string& file) {
  const std::string ending = ".jsonl";
  return file.size() > ending.size() && file.compare(file.size() - ending.size(), ending.size(), ending) == 0;
}

constexpr size_t kLongestText = 1 << 20;  // of a request

Request request_of(const std::string& text, const std::string& place) {
  if (text.size() > kLongestText) throw runtime::UserError(place + ": is larger than any request");
  return request_from_text(text, place);
}

// One request in JSON or YAML; or of a list, a request per line, those from `first` on.
std::vector<Request> read_requests(const PerformOptions& options) {
  if (!is_list(options.file) && (options.first || options.count)) {
    throw runtime::UserError("--first and --count choose lines of FILE.jsonl; " + options.file +
                             " is one request");
  }
  std::ifstream in(options.file, std::ios::binary);
  if (!in) throw runtime::UserError(options.file + ": cannot be opened");
  std::vector<Request> requests;
  if (!is_list(options.file)) {
    std::string text(kLongestText + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<size_t>(in.gcount()));
    return {request_of(text, options.file)};
  }
  const auto first = options.first.value_or(0), most = options.count.value_or(UINT64_MAX);
  uint64_t number = 0;
  for (std::string line; requests.size() < most && std::getline(in, line); ++number) {
    if (number < first) continue;
    requests.push_back(request_of(line, options.file + ":" + std::to_string(number + 1)));
  }
  if (requests.empty()) throw runtime::UserError(options.file + ": has no request " + std::to_string(first));
  return requests;
}

int perform_requests(const PerformOptions& options) {
  const auto requests = read_requests(options);
  Progress progress(options.quiet ? Loudness::quiet : Loudness::normal);
  std::unique_ptr<ResultLog> log;
  if (!options.log.empty()) log = std::make_unique<ResultLog>(options.log);
  size_t failed = 0;
  PointWork work;
  work.jobs = options.jobs;
  work.done = [&](const PointResult& result) {
    failed += result.failed ? 1 : 0;
    if (log) {
      log->append(result.hash, result.line);
    } else {
      progress.say("");
      std::printf("%s\n", result.line.c_str());
    }
  };
  failed += perform_points(log ? log->missing(requests) : requests, work, progress);
  return failed > 0 ? kFailed : kDone;
}

}  // namespace

void add_perform_command(CLI::App& app, Action& action) {
  auto& command = *app.add_subcommand("perform", "perform requests of a file and log their results");
  auto options = std::make_shared<PerformOptions>();
  add_value(command, "file", options->file,
            {"REQUEST", "a request in JSON or YAML, or FILE.jsonl with one per line"});
  add_value(command, "--log", options->log,
            {"FILE", "results.jsonl to go on with", "results go to standard output"});
  add_value(command, "--first", options->first, {"N", "of FILE.jsonl: the first request, from 0", "0"})
      .transform(whole_number(0));
  add_value(command, "--count", options->count, {"N", "of FILE.jsonl: requests at most", "all"})
      .transform(whole_number(1));
  add_value(command, "--jobs", options->jobs, {"N", "processes at once", "1"})
      .transform(whole_number(1, 1024));
  add_switch(command, "--quiet", options->quiet, "no progress on standard error");
  command.callback([&action, options] { action = [options] { return perform_requests(*options); }; });
}

}  // namespace mmasim::sim
