#include "sim/sweep/sweep_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

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
          path_of("results.jsonl"),
          [&](const LoggedResult& result) {
            auto row = rows_.row(result);
            csv_text_ += SweepRows::csv_line(row);
            by_hash_[result.hash] = std::move(row);
          },
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
  by_hash_[result.hash] = result.row;
  const auto line = SweepRows::csv_line(result.row);
  const auto written = ::write(csv_, line.data(), line.size());
  if (written == static_cast<ssize_t>(line.size())) return;
  const std::string why = written < 0 ? std::strerror(errno) : "no space left";
  throw UserError(path_of("results.csv") + ": cannot be written: " + why + kGoOn);
}

std::vector<ordered_json> SweepFolder::rows_of(const std::vector<Request>& requests) const {
  std::vector<ordered_json> rows;
  for (const auto& request : requests) {
    const auto found = by_hash_.find(hash_of(request));
    if (found != by_hash_.end()) rows.push_back(found->second);
  }
  return rows;
}

}  // namespace mmasim::sim
