#include "sim/experiment/result_log.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <thread>

#include "runtime/user_error.h"
#include "sim/host/interruption.h"

namespace mmasim::sim {
namespace {

using runtime::UserError;

[[noreturn]] void fail(const std::string& path, const std::string& what) {
  throw UserError(path + ": " + what + ": " + std::strerror(errno));
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

// Calls visit(line, number) for every whole line; the bytes they take.
template <class Visit>
uint64_t for_each_line(int descriptor, const std::string& path, const Visit& visit) {
  std::string held;
  std::vector<char> buffer(1 << 20);
  uint64_t whole_bytes = 0;
  size_t number = 1;
  while (true) {
    const auto count = ::read(descriptor, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(path, "cannot be read");
    if (count == 0) return whole_bytes;
    held.append(buffer.data(), static_cast<size_t>(count));
    size_t begin = 0;
    for (auto end = held.find('\n'); end != std::string::npos; end = held.find('\n', begin), ++number) {
      visit(held.substr(begin, end - begin), number);
      whole_bytes += end + 1 - begin;
      begin = end + 1;
    }
    held.erase(0, begin);
  }
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

LoggedResult result_of_line(const std::string& line, const std::string& path, size_t number) {
  return result_of_line(line, path + ":" + std::to_string(number));
}

// A report without what differs between equal runs.
const Keys<RunReport>& lasting_report_keys() {
  static const Keys<RunReport> keys = [] {
    auto all = report_keys();
    const auto is_host = [](const auto& key) { return std::string(key.name) == "host"; };
    all.erase(std::remove_if(all.begin(), all.end(), is_host), all.end());
    return all;
  }();
  return keys;
}

const Keys<Outcome>& lasting_outcome_keys() {
  static const Keys<Outcome> keys = [] {
    auto all = outcome_keys();
    all.front() = key_of_part(&Outcome::report, lasting_report_keys(), "report", "", "as report.json has it");
    return all;
  }();
  return keys;
}

class Descriptor {
 public:
  explicit Descriptor(const std::string& path) : value_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (value_ < 0) fail(path, "cannot be opened");
  }
  ~Descriptor() { close(value_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int value() const { return value_; }

 private:
  const int value_;
};

}  // namespace

const Keys<LoggedResult>& logged_result_keys() {
  using Row = LoggedResult;
  static const Keys<Row> keys{
      key(&Row::hash, "hash", "", "of the request"),
      key_of_part(&Row::request, request_keys(), "request", "", "what was asked", Absent::is_default),
      key_of_optional(&Row::outcome, lasting_outcome_keys(), "outcome",
                      "what came of it: `report` as report.json has it but for `host`; null if it failed"),
      key(&Row::error, "error", "", "why it failed; null if it did not"),
  };
  return keys;
}

LoggedResult logged(const Request& request, const Outcome& outcome) {
  return {hash_of(request), request, outcome, std::nullopt};
}

LoggedResult logged(const Request& request, const std::string& error) {
  return {hash_of(request), request, std::nullopt, error};
}

std::string line_of(const LoggedResult& result) { return json_line(to_json(logged_result_keys(), result)); }

void read_results(const std::string& path, const LogVisitor& visitor) {
  const Descriptor descriptor(path);
  for_each_line(descriptor.value(), path,
                [&](const std::string& line, size_t number) { visitor(result_of_line(line, path, number)); });
}

ResultLog::ResultLog(const std::string& path, const LogVisitor& visitor, LogStart start)
    : path_(path), descriptor_(open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666)) {
  if (descriptor_ < 0) fail(path, "cannot be opened");
  try {
    lock();
    holds_earlier_ = start == LogStart::fresh;
    if (start == LogStart::resumed) read(visitor);
  } catch (...) {
    close(descriptor_);
    throw;
  }
}

ResultLog::~ResultLog() { close(descriptor_); }

// Children of a process that was killed share its lock until they have ended, too.
void ResultLog::lock() {
  constexpr int kTries = 20;
  for (int tries = 1; flock(descriptor_, LOCK_EX | LOCK_NB) != 0; ++tries) {
    if (tries == kTries) fail(path_, "another process has it open");
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

void ResultLog::read(const LogVisitor& visitor) {
  const auto whole_bytes = for_each_line(descriptor_, path_, [&](const std::string& line, size_t number) {
    const auto result = result_of_line(line, path_, number);
    hashes_.insert(result.hash);
    if (visitor) visitor(result);
  });
  if (ftruncate(descriptor_, static_cast<off_t>(whole_bytes)) != 0)
    fail(path_, "cannot be cut to its whole lines");
}

std::vector<Request> ResultLog::missing(const std::vector<Request>& requests) const {
  std::vector<Request> missing;
  std::set<std::string> seen;
  for (const auto& request : requests) {
    const auto hash = hash_of(request);
    if (!has(hash) && seen.insert(hash).second) missing.push_back(request);
  }
  return missing;
}

void ResultLog::append(const std::string& hash, const std::string& line) {
  if (has(hash)) throw std::logic_error(path_ + " has a result of request " + hash + " already");
  const InterruptsHeld held;
  if (holds_earlier_ && ftruncate(descriptor_, 0) != 0) fail(path_, "cannot be emptied");
  holds_earlier_ = false;
  append_line(descriptor_, line + "\n", path_);
  hashes_.insert(hash);
}

}  // namespace mmasim::sim
