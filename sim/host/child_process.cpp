#include "sim/host/child_process.h"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <string>

#include "isa/program/program_file.h"
#include "runtime/user_error.h"

namespace mmasim::sim {
namespace {

using nlohmann::ordered_json;

struct Child {
  pid_t pid = -1;
  int pipe = -1;
  size_t job = 0;
  std::string text;
};

ordered_json outcome(const ChildJob& job) {
  try {
    return {{"result", job()}};
  } catch (const runtime::UserError& error) {
    return {{"user_error", error.what()}};
  } catch (const isa::ProgramFileError& error) {
    return {{"user_error", error.what()}};
  } catch (const std::exception& error) {
    return {{"defect", error.what()}};
  }
}

[[noreturn]] void be_child(const ChildJob& job, int pipe) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const std::string text = outcome(job).dump(-1, ' ', false, ordered_json::error_handler_t::replace);
  size_t written = 0;
  while (written < text.size()) {
    const auto count = write(pipe, text.data() + written, text.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    written += static_cast<size_t>(count);
  }
  std::fflush(stderr);
  _exit(0);
}

Child start(const ChildJob& job, size_t index) {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error(std::string("no pipe: ") + std::strerror(errno));
  std::fflush(nullptr);
  const pid_t pid = fork();
  if (pid < 0) {
    close(ends[0]);
    close(ends[1]);
    throw std::runtime_error(std::string("no process: ") + std::strerror(errno));
  }
  if (pid == 0) {
    close(ends[0]);
    be_child(job, ends[1]);
  }
  close(ends[1]);
  return {pid, ends[0], index, ""};
}

// Reads what is there; true once the child has closed its end.
bool read_some(Child& child) {
  char buffer[65536];
  const auto count = read(child.pipe, buffer, sizeof buffer);
  if (count > 0) child.text.append(buffer, static_cast<size_t>(count));
  return count == 0 || (count < 0 && errno != EINTR);
}

ordered_json finish(const Child& child) {
  close(child.pipe);
  int status = 0;
  while (waitpid(child.pid, &status, 0) < 0 && errno == EINTR) {
  }
  auto json = ordered_json::parse(child.text, nullptr, false);
  if (json.is_discarded()) {
    const auto how = WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status))
                                         : "status " + std::to_string(WEXITSTATUS(status));
    return {{"defect", "a simulation process ended by " + how + " without a result"}};
  }
  return json;
}

}  // namespace

std::vector<ordered_json> run_in_children(const std::vector<ChildJob>& jobs, unsigned parallel) {
  std::vector<ordered_json> outcomes(jobs.size());
  std::vector<Child> running;
  size_t next = 0;
  while (next < jobs.size() || !running.empty()) {
    for (; next < jobs.size() && running.size() < std::max(parallel, 1u); ++next) {
      running.push_back(start(jobs[next], next));
    }
    std::vector<pollfd> waits;
    for (const auto& child : running) waits.push_back({child.pipe, POLLIN, 0});
    if (poll(waits.data(), waits.size(), -1) < 0 && errno != EINTR) throw std::runtime_error("poll failed");
    for (size_t i = running.size(); i-- > 0;) {
      if (waits[i].revents == 0 || !read_some(running[i])) continue;
      outcomes[running[i].job] = finish(running[i]);
      running.erase(running.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  std::vector<ordered_json> results;
  for (auto& each : outcomes) {
    if (each.contains("user_error")) throw runtime::UserError(each["user_error"].get<std::string>());
    if (each.contains("defect")) throw std::logic_error(each["defect"].get<std::string>());
    results.push_back(std::move(each["result"]));
  }
  return results;
}

}  // namespace mmasim::sim
