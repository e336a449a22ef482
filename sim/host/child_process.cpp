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

ordered_json outcome(const ChildWork& work, const ordered_json& job) {
  try {
    return {{"result", work(job)}};
  } catch (const runtime::UserError& error) {
    return {{"user_error", error.what()}};
  } catch (const isa::ProgramFileError& error) {
    return {{"user_error", error.what()}};
  } catch (const isa::OverflowTrap& error) {
    return {{"overflow", error.what()}};
  } catch (const std::bad_alloc&) {
    return {{"no_memory", ""}};
  } catch (const std::exception& error) {
    return {{"defect", error.what()}};
  }
}

void throw_failure(const ordered_json& outcome) {
  const auto text_of = [&](const char* kind) { return outcome[kind].get<std::string>(); };
  if (outcome.contains("user_error")) throw runtime::UserError(text_of("user_error"));
  if (outcome.contains("overflow")) throw isa::OverflowTrap(text_of("overflow"));
  if (outcome.contains("no_memory")) throw std::bad_alloc();
  if (outcome.contains("defect")) throw std::logic_error(text_of("defect"));
}

[[noreturn]] void be_child(const ChildWork& work, int channel) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
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
  const pid_t pid = fork();
  if (pid < 0) {
    close(ends[0]);
    close(ends[1]);
    throw std::runtime_error(std::string("no process: ") + std::strerror(errno));
  }
  if (pid == 0) {
    close(ends[0]);
    be_child(work, ends[1]);
  }
  close(ends[1]);
  send_all(ends[0], ordered_json::to_cbor(job));  // a child that is dead by then is told by finish()
  shutdown(ends[0], SHUT_WR);
  return {pid, ends[0], index, {}};
}

ordered_json finish(const Child& child) {
  close(child.channel);
  int status = 0;
  while (waitpid(child.pid, &status, 0) < 0 && errno == EINTR) {
  }
  auto json = decoded(child.received);
  if (json.is_discarded()) {
    const auto how = WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status))
                                         : "status " + std::to_string(WEXITSTATUS(status));
    return {{"defect", "a simulation process ended by " + how + " without a result"}};
  }
  return json;
}

// Waits until a child says something; calls ended(index, outcome) for those that have said all.
template <class Ended>
void wait_for_some(std::vector<Child>& running, const Ended& ended) {
  std::vector<pollfd> waits;
  for (const auto& child : running) waits.push_back({child.channel, POLLIN, 0});
  if (poll(waits.data(), waits.size(), -1) < 0) {
    if (errno == EINTR) return;
    throw std::runtime_error("poll failed");
  }
  for (size_t i = running.size(); i-- > 0;) {
    if (waits[i].revents == 0 || !read_some(running[i].channel, running[i].received)) continue;
    const auto child = std::move(running[i]);
    running.erase(running.begin() + static_cast<std::ptrdiff_t>(i));
    ended(child.index, finish(child));
  }
}

}  // namespace

std::vector<ordered_json> run_in_children(const std::vector<ordered_json>& jobs, const ChildWork& work,
                                          unsigned parallel, const ResultVisitor& visitor) {
  std::vector<ordered_json> outcomes(jobs.size());
  std::vector<Child> running;
  size_t next = 0;
  while (next < jobs.size() || !running.empty()) {
    for (; next < jobs.size() && running.size() < std::max(parallel, 1u); ++next) {
      running.push_back(start(work, jobs[next], next));
    }
    wait_for_some(running, [&](size_t index, ordered_json outcome) {
      outcomes[index] = std::move(outcome);
      if (visitor && outcomes[index].contains("result")) visitor(index, outcomes[index]["result"]);
    });
  }
  std::vector<ordered_json> results;
  for (auto& outcome : outcomes) {
    throw_failure(outcome);
    results.push_back(std::move(outcome["result"]));
  }
  return results;
}

}  // namespace mmasim::sim
