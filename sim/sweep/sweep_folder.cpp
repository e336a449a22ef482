#include "sim/sweep/sweep_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>

#include "runtime/user_error.h"

namespace mmasim::sim {
namespace {

using runtime::UserError;

constexpr const char* kGoOn = "; what is there is whole, and --resume goes on from it";

}  // namespace

SweepFolder::SweepFolder(const std::string& path, const SweepRows& rows, LogStart start)
    : folder_(path),
      rows_(rows),
      csv_text_(rows.csv_header()),
      log_(
          path_of("results.jsonl"), [&](const LoggedResult& result) { csv_text_ += rows_.csv_line(result); },
          start) {
  if (!log_.holds_earlier()) begin_csv();
}

SweepFolder::~SweepFolder() {
  if (csv_ >= 0) close(csv_);
}

void SweepFolder::begin_csv() {
  try {
    folder_.write("results.csv", csv_text_);
    folder_.publish();
  } catch (const UserError& error) {
    throw UserError(error.what() + std::string(kGoOn));
  }
  csv_text_.clear();
  const auto path = path_of("results.csv");
  csv_ = open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (csv_ < 0) throw UserError(path + ": cannot be opened: " + std::strerror(errno));
}

void SweepFolder::write(const std::string& name, const std::string& text) {
  folder_.write(name, text);
  folder_.publish();
}

void SweepFolder::append(const PointResult& result) {
  const InterruptsHeld held;
  const bool is_first = log_.holds_earlier();
  try {
    log_.append(result.hash, result.line);
  } catch (const UserError& error) {
    throw UserError(error.what() + std::string(kGoOn));
  }
  if (is_first) begin_csv();
  const auto written = ::write(csv_, result.summary.data(), result.summary.size());
  if (written == static_cast<ssize_t>(result.summary.size())) return;
  const std::string why = written < 0 ? std::strerror(errno) : "no space left";
  throw UserError(path_of("results.csv") + ": cannot be written: " + why + kGoOn);
}

std::vector<ordered_json> SweepFolder::rows_of(const std::vector<Request>& requests) const {
  if (log_.holds_earlier()) return {};
  std::map<std::string, ordered_json> by_hash;
  for (const auto& request : requests) by_hash[hash_of(request)] = nullptr;
  read_results(path_of("results.jsonl"), [&](const LoggedResult& result) {
    const auto found = by_hash.find(result.hash);
    if (found != by_hash.end()) found->second = rows_.row(result);
  });
  std::vector<ordered_json> rows;
  for (const auto& request : requests) {
    auto& row = by_hash.at(hash_of(request));
    if (!row.is_null()) rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace mmasim::sim
