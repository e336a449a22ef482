#include "sim/experiment/result_log.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <set>
#include <stdexcept>

#include "runtime/user_error.h"

namespace mmasim::sim {
namespace {

using runtime::UserError;

[[noreturn]] void fail(const std::string& path, const std::string& what) {
  throw UserError(path + ": " + what + ": " + std::strerror(errno));
}

std::string read_all(int descriptor, const std::string& path) {
  std::string text;
  char buffer[65536];
  while (true) {
    const auto count = ::read(descriptor, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(path, "cannot be read");
    if (count == 0) return text;
    text.append(buffer, static_cast<size_t>(count));
  }
}

bool write_all(int descriptor, const std::string& text) {
  size_t written = 0;
  while (written < text.size()) {
    const auto count = ::write(descriptor, text.data() + written, text.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    written += static_cast<size_t>(count);
  }
  return fdatasync(descriptor) == 0;
}

// All of the line, or nothing.
void append_line(int descriptor, const std::string& line, const std::string& path) {
  const auto end = lseek(descriptor, 0, SEEK_END);
  if (write_all(descriptor, line)) return;
  const int error = errno;
  if (ftruncate(descriptor, end) == 0) errno = error;
  fail(path, "cannot be written");
}

LoggedResult result_of_line(const std::string& line, const std::string& place) {
  const auto json = ordered_json::parse(line, nullptr, false);
  if (json.is_discarded()) throw UserError(place + ": the line is damaged");
  try {
    return from_json(logged_result_keys(), json, "");
  } catch (const UserError& error) {
    throw UserError(place + ": " + error.what());
  }
}

}  // namespace

const Keys<LoggedResult>& logged_result_keys() {
  using Row = LoggedResult;
  static const Keys<Row> keys{
      key(&Row::hash, "hash", "", "of the request"),
      key_of_part(&Row::request, request_keys(), "request", "", "what was asked", Absent::is_default),
      key_of_part(&Row::outcome, outcome_keys(), "outcome", "", "what came of it"),
  };
  return keys;
}

ResultLog::ResultLog(const std::string& path)
    : path_(path), descriptor_(open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666)) {
  if (descriptor_ < 0) fail(path, "cannot be opened");
  try {
    if (flock(descriptor_, LOCK_EX | LOCK_NB) != 0) fail(path, "another process has it open");
    read();
  } catch (...) {
    close(descriptor_);
    throw;
  }
}

ResultLog::~ResultLog() { close(descriptor_); }

void ResultLog::read() {
  const auto text = read_all(descriptor_, path_);
  size_t begin = 0, number = 1;
  for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin), ++number) {
    auto result = result_of_line(text.substr(begin, end - begin), path_ + ":" + std::to_string(number));
    by_hash_.emplace(result.hash, results_.size());
    results_.push_back(std::move(result));
    begin = end + 1;
  }
  if (begin == text.size()) return;
  if (ftruncate(descriptor_, static_cast<off_t>(begin)) != 0) fail(path_, "cannot be cut to its whole lines");
}

const LoggedResult* ResultLog::find(const Request& request) const {
  const auto found = by_hash_.find(hash_of(request));
  return found == by_hash_.end() ? nullptr : &results_[found->second];
}

std::vector<Request> ResultLog::missing(const std::vector<Request>& requests) const {
  std::vector<Request> missing;
  std::set<std::string> seen;
  for (const auto& request : requests) {
    const auto hash = hash_of(request);
    if (by_hash_.count(hash) == 0 && seen.insert(hash).second) missing.push_back(request);
  }
  return missing;
}

void ResultLog::append(const Request& request, const Outcome& outcome) {
  LoggedResult result{hash_of(request), request, outcome};
  if (by_hash_.count(result.hash) != 0) {
    throw std::logic_error(path_ + " has a result of request " + result.hash + " already");
  }
  append_line(descriptor_, json_line(to_json(logged_result_keys(), result)) + "\n", path_);
  by_hash_.emplace(result.hash, results_.size());
  results_.push_back(std::move(result));
}

}  // namespace mmasim::sim
