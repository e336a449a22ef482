#include "sim/host/interruption.h"

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstring>

#include "sim/commands/cli.h"

namespace mmasim::sim {
namespace {

// A signal handler may neither take memory nor lock: a fixed number of paths of a fixed length, more of which
// are simply not removed.
struct Slot {
  std::atomic<bool> is_taken{false}, is_set{false};
  char path[1024] = {};
};
constexpr size_t kSlots = 16, kNoSlot = kSlots;
Slot slots[kSlots];

void remove_all() {
  for (size_t i = kSlots; i-- > 0;) {  // what was made last lies deepest
    if (!slots[i].is_set.load(std::memory_order_acquire)) continue;
    if (unlink(slots[i].path) != 0) rmdir(slots[i].path);  // fails for a folder that holds something
  }
}

extern "C" void end_interrupted(int signal) {
  remove_all();
  _exit(signal == SIGINT ? kInterrupted : 128 + signal);
}

size_t take_slot(const std::string& path) {
  if (path.size() >= sizeof(Slot::path)) return kNoSlot;
  for (size_t i = 0; i < kSlots; ++i) {
    if (slots[i].is_taken.exchange(true)) continue;
    std::memcpy(slots[i].path, path.c_str(), path.size() + 1);
    slots[i].is_set.store(true, std::memory_order_release);
    return i;
  }
  return kNoSlot;
}

}  // namespace

void install_interruption() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    if (std::signal(signal, end_interrupted) == SIG_IGN)
      std::signal(signal, SIG_IGN);  // nohup, background jobs
  }
}

RemovedOnInterrupt::RemovedOnInterrupt(const std::string& path) : slot_(take_slot(path)) {}

RemovedOnInterrupt::RemovedOnInterrupt(RemovedOnInterrupt&& other) noexcept : slot_(other.slot_) {
  other.slot_ = kNoSlot;
}

RemovedOnInterrupt::~RemovedOnInterrupt() {
  if (slot_ == kNoSlot) return;
  slots[slot_].is_set.store(false, std::memory_order_release);
  slots[slot_].is_taken.store(false);
}

}  // namespace mmasim::sim
