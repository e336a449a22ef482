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
#include <stdexcept>
#include <string>

#include "isa/program/program_file.h"
#include "isa/semantics/output_stage.h"
#include "runtime/user_error.h"

namespace mmasim::sim {
namespace {

using nlohmann::ordered_json;
using Bytes = std::vector<uint8_t>;

struct Child {
  pid_t pid = -1;
  int channel = -1;  // our end of a pair of sockets: the job goes out, the result comes in
  size_t index = 0;
  Bytes received;
};

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

// Reads what is there; true once the other side has said all.
bool read_some(int channel, Bytes& received) {
  uint8_t buffer[65536];
  const auto count = read(channel, buffer, sizeof buffer);
  if (count > 0) received.insert(received.end(), buffer, buffer + count);
  return count == 0 || (count < 0 && errno != EINTR);
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

[[noreturn]] void be_child(const ChildWork& work, int channel, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);  // it died before it could be heard of
  Bytes received;
  while (!read_some(channel, received)) {
  }
  send_all(channel, ordered_json::to_cbor(outcome(work, decoded(received))));
  std::fflush(stderr);
  _exit(0);
}

Child start(const ChildWork& work, const ordered_json& job, size_t index) {
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
    be_child(work, ends[1], parent);
  }
  close(ends[1]);
  send_all(ends[0], ordered_json::to_cbor(job));  // a child that is dead by then is told by finish()
  shutdown(ends[0], SHUT_WR);
  return {pid, ends[0], index, {}};
}

JobEnd finish(const Child& child) {
  close(child.channel);
  int status = 0;
  while (waitpid(child.pid, &status, 0) < 0 && errno == EINTR) {
  }
  auto json = decoded(child.received);
  if (json.is_discarded()) {
    const auto how = WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status))
                                         : "status " + std::to_string(WEXITSTATUS(status));
    return {Kind::lost, nullptr, "a simulation process ended by " + how + " without a result"};
  }
  return end_of(std::move(json));
}

using Ended = std::vector<std::pair<size_t, JobEnd>>;  // by the index of the job

// Waits until a child says something; gives those that have said all.
Ended wait_for_some(std::vector<Child>& running) {
  Ended ended;
  std::vector<pollfd> waits;
  for (const auto& child : running) waits.push_back({child.channel, POLLIN, 0});
  if (poll(waits.data(), waits.size(), -1) < 0) {
    if (errno == EINTR) return ended;
    throw std::runtime_error("poll failed");
  }
  for (size_t i = running.size(); i-- > 0;) {
    if (waits[i].revents == 0 || !read_some(running[i].channel, running[i].received)) continue;
    const auto child = std::move(running[i]);
    running.erase(running.begin() + static_cast<std::ptrdiff_t>(i));
    ended.emplace_back(child.index, finish(child));
  }
  return ended;
}

// The children of a run: none outlives it.
class Children {
 public:
  ~Children() {
    for (const auto& child : running) {
      kill(child.pid, SIGKILL);
      finish(child);
    }
  }
  std::vector<Child> running;
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
  Children children;
  size_t next = 0;
  const auto start_some = [&] {
    for (; next < jobs.size() && children.running.size() < std::max(parallel, 1u); ++next) {
      children.running.push_back(start(work, jobs[next], next));
    }
  };
  start_some();
  while (!children.running.empty()) {
    auto ended = wait_for_some(children.running);
    start_some();
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
