#include "sim/host/child_process.h"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>

#include "isa/program/program_file.h"
#include "isa/semantics/output_stage.h"
#include "runtime/user_error.h"

namespace mmasim::sim {
namespace {

using nlohmann::ordered_json;
using Bytes = std::vector<uint8_t>;

// Values travel as CBOR: numbers come back as they were, and texts may hold bytes that JSON may not.
ordered_json decoded(const Bytes& bytes) { return ordered_json::from_cbor(bytes, true, false); }

bool send_all(int channel, const Bytes& bytes) {
  size_t sent = 0;
  while (sent < bytes.size()) {
    const auto count = send(channel, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    sent += static_cast<size_t>(count);
  }
  return true;
}

// Reads what is there; false once the other side is gone.
bool read_some(int channel, Bytes& received) {
  uint8_t buffer[65536];
  const auto count = read(channel, buffer, sizeof buffer);
  if (count > 0) received.insert(received.end(), buffer, buffer + count);
  return count > 0 || (count < 0 && errno == EINTR);
}

// A message is the number of its bytes, and they.
using MessageBytes = uint64_t;

bool send_message(int channel, const ordered_json& value) {
  const auto body = ordered_json::to_cbor(value);
  const MessageBytes size = body.size();
  Bytes message(sizeof size);
  std::memcpy(message.data(), &size, sizeof size);
  message.insert(message.end(), body.begin(), body.end());
  return send_all(channel, message);
}

// The one message that `received` holds, if it is whole.
std::optional<ordered_json> take_message(Bytes& received) {
  MessageBytes size = 0;
  if (received.size() < sizeof size) return std::nullopt;
  std::memcpy(&size, received.data(), sizeof size);
  if (received.size() - sizeof size < size) return std::nullopt;
  received.erase(received.begin(), received.begin() + sizeof size);
  auto value = decoded(received);
  received.clear();
  return value;
}

using Kind = JobEnd::Kind;
constexpr const char* kKinds[] = {"result", "user_error", "overflow", "no_memory", "defect"};

ordered_json failed_as(Kind kind, const char* message) {
  return {{kKinds[static_cast<size_t>(kind)], message}};
}

ordered_json outcome(const ChildWork& work, const ordered_json& job) {
  try {
    return {{"result", work(job)}};
  } catch (const runtime::UserError& error) {
    return failed_as(Kind::user_error, error.what());
  } catch (const isa::ProgramFileError& error) {
    return failed_as(Kind::user_error, error.what());
  } catch (const isa::OverflowTrap& error) {
    return failed_as(Kind::overflow, error.what());
  } catch (const std::bad_alloc&) {
    return failed_as(Kind::no_memory, "");
  } catch (const std::exception& error) {
    return failed_as(Kind::defect, error.what());
  }
}

JobEnd end_of(ordered_json outcome) {
  if (outcome.contains("result")) return {Kind::result, std::move(outcome["result"]), ""};
  for (const auto kind : {Kind::user_error, Kind::overflow, Kind::no_memory, Kind::defect}) {
    const auto found = outcome.find(kKinds[static_cast<size_t>(kind)]);
    if (found != outcome.end()) return {kind, nullptr, found->get<std::string>()};
  }
  throw std::logic_error("a child said " + outcome.dump());
}

// Takes job after job until the parent has no more.
[[noreturn]] void be_worker(const ChildWork& work, int channel, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);  // it died before it could be heard of
  Bytes received;
  while (read_some(channel, received)) {
    const auto job = take_message(received);
    if (!job) continue;
    send_message(channel, outcome(work, *job));
    std::fflush(stderr);
  }
  _exit(0);
}

struct Worker {
  pid_t pid = -1;
  int channel = -1;           // our end of a pair of sockets: jobs go out, results come in
  std::optional<size_t> job;  // by its index; none: idle
  Bytes received;
};

Worker start(const ChildWork& work) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    throw std::runtime_error(std::string("no pair of sockets: ") + std::strerror(errno));
  }
  std::fflush(nullptr);
  const pid_t parent = getpid(), pid = fork();
  if (pid < 0) {
    close(ends[0]);
    close(ends[1]);
    throw std::runtime_error(std::string("no process: ") + std::strerror(errno));
  }
  if (pid == 0) {
    close(ends[0]);
    be_worker(work, ends[1], parent);
  }
  close(ends[1]);
  return {pid, ends[0], std::nullopt, {}};
}

// How its process ended.
int status_of(const Worker& worker) {
  close(worker.channel);
  int status = 0;
  while (waitpid(worker.pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

JobEnd lost_with(const Worker& worker) {
  const int status = status_of(worker);
  const auto how = WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status))
                                       : "status " + std::to_string(WEXITSTATUS(status));
  return {Kind::lost, nullptr, "a simulation process ended by " + how + " without a result"};
}

using Ended = std::vector<std::pair<size_t, JobEnd>>;  // by the index of the job

// The workers of a run: none outlives it.
class Workers {
 public:
  Workers(const ChildWork& work, unsigned most) : work_(work), most_(most) {}
  ~Workers() {
    for (const auto& worker : workers_) {
      kill(worker.pid, SIGKILL);
      status_of(worker);
    }
  }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  bool any_busy() const {
    return std::any_of(workers_.begin(), workers_.end(), [](const auto& worker) { return worker.job; });
  }

  // False: all are busy.
  bool hand_out(size_t index, const ordered_json& job) {
    auto idle =
        std::find_if(workers_.begin(), workers_.end(), [](const auto& worker) { return !worker.job; });
    if (idle == workers_.end()) {
      if (workers_.size() >= most_) return false;
      idle = workers_.insert(workers_.end(), start(work_));
    }
    idle->job = index;
    send_message(idle->channel, job);  // a worker that is dead by then is told by wait_for_some()
    return true;
  }

  // Waits until a busy worker says something or ends; gives the jobs that have ended.
  Ended wait_for_some() {
    Ended ended;
    std::vector<pollfd> waits;
    for (const auto& worker : workers_) waits.push_back({worker.job ? worker.channel : -1, POLLIN, 0});
    if (poll(waits.data(), waits.size(), -1) < 0) {
      if (errno == EINTR) return ended;
      throw std::runtime_error("poll failed");
    }
    for (size_t i = workers_.size(); i-- > 0;) {
      if (waits[i].revents != 0) hear(i, ended);
    }
    return ended;
  }

 private:
  void hear(size_t index, Ended& ended) {
    auto& worker = workers_[index];
    const bool lives = read_some(worker.channel, worker.received);
    if (auto result = take_message(worker.received)) {
      ended.emplace_back(*worker.job, end_of(std::move(*result)));
      worker.job.reset();
    } else if (!lives) {
      ended.emplace_back(*worker.job, lost_with(worker));
      workers_.erase(workers_.begin() + static_cast<std::ptrdiff_t>(index));
    }
  }

  const ChildWork& work_;
  const size_t most_;
  std::vector<Worker> workers_;
};

}  // namespace

void JobEnd::rethrow() const {
  switch (kind) {
    case Kind::result:
      return;
    case Kind::user_error:
      throw runtime::UserError(message);
    case Kind::overflow:
      throw isa::OverflowTrap(message);
    case Kind::no_memory:
      throw std::bad_alloc();
    case Kind::defect:
    case Kind::lost:
      throw std::logic_error(message);
  }
}

void run_each_in_children(const std::vector<ordered_json>& jobs, const ChildWork& work, unsigned parallel,
                          const EndVisitor& visitor) {
  Workers workers(work, std::max(parallel, 1u));
  size_t next = 0;
  const auto hand_out = [&] {
    while (next < jobs.size() && workers.hand_out(next, jobs[next])) ++next;
  };
  hand_out();
  while (workers.any_busy()) {
    auto ended = workers.wait_for_some();
    hand_out();
    for (auto& [index, end] : ended) visitor(index, std::move(end));
  }
}

std::vector<ordered_json> run_in_children(const std::vector<ordered_json>& jobs, const ChildWork& work,
                                          unsigned parallel, const ResultVisitor& visitor) {
  std::vector<JobEnd> ends(jobs.size());
  run_each_in_children(jobs, work, parallel, [&](size_t index, JobEnd end) {
    ends[index] = std::move(end);
    if (visitor && ends[index].kind == Kind::result) visitor(index, ends[index].result);
  });
  std::vector<ordered_json> results;
  for (auto& end : ends) {
    end.rethrow();
    results.push_back(std::move(end.result));
  }
  return results;
}

}  // namespace mmasim::sim
