#include "models/memory/stream_replay.h"

#include <algorithm>

#include "models/memory/dram_controller.h"

namespace mmasim::models {
namespace {

constexpr uint64_t kIssueCycles =
    1;  // a request issued in one cycle stands at the controller's door in the next
constexpr uint64_t kEnoughBursts =
    1024;  // waiting at every door: no cycle passes without one for want of requests
constexpr uint64_t kMostRequests = 1 << 16;  // submitted at once, should the requests shun a channel

// Submits each request at its time, in order; time passes only as far as every later request may still come
// in time.
class StreamPlayer {
 public:
  StreamPlayer(const DramConfig& config, const std::vector<StreamRequest>& stream)
      : stream_(stream), controller_(config) {}

  // Lets the cycles below `end` pass, or fewer if the stream ends before.
  void play_until(uint64_t end) {
    while (now_ < end && next_ < stream_.size()) {
      const uint64_t due = due_cycle(stream_[next_]);
      if (due > now_) {
        pass_until(std::min(due, end));
      } else {
        submit_what_is_due();
        pass_until(std::min(end, now_ + std::max<uint64_t>(1, cycles_without_need())));
      }
    }
  }

  void finish() {
    for (uint64_t next = controller_.next_event(); next != UINT64_MAX; next = controller_.next_event()) {
      pass_until(std::max(now_, next) + 1);
    }
  }

  void pass_until(uint64_t end) {
    now_ = end;
    completions_.clear();
    controller_.advance(end - 1, completions_);
    if (!completions_.empty()) last_completion_cycle_ = completions_.back().cycle;
  }

  uint64_t last_completion_cycle() const { return last_completion_cycle_; }
  const DramController::Stats& stats() const { return controller_.stats(); }

 private:
  static uint64_t due_cycle(const StreamRequest& request) {
    return request.earliest_cycle > UINT64_MAX - kIssueCycles ? UINT64_MAX
                                                              : request.earliest_cycle + kIssueCycles;
  }

  void submit_what_is_due() {
    for (uint64_t count = 0; count < kMostRequests && next_ < stream_.size(); ++count, ++next_) {
      const StreamRequest& request = stream_[next_];
      if (due_cycle(request) > now_ || controller_.least_backlog_bursts() >= 2 * kEnoughBursts) return;
      controller_.submit(request.address, 1, request.is_write, now_);
    }
  }

  // A channel accepts one burst a cycle at most.
  uint64_t cycles_without_need() const {
    const uint64_t bursts = controller_.least_backlog_bursts();
    return bursts > kEnoughBursts ? bursts - kEnoughBursts : 0;
  }

  const std::vector<StreamRequest>& stream_;
  DramController controller_;
  size_t next_ = 0;   // request
  uint64_t now_ = 0;  // the first cycle that has not passed
  uint64_t last_completion_cycle_ = 0;
  std::vector<DramController::Completion> completions_;
};

StreamResult summarize(const DramConfig& config, const DramController::Stats& stats, uint64_t cycles) {
  StreamResult result;
  result.cycles = cycles;
  result.reads_done = stats.reads_done;
  result.writes_done = stats.writes_done;
  const double bytes = static_cast<double>(stats.reads_done + stats.writes_done) * config.burst_bytes();
  if (cycles > 0) result.bandwidth_gbps = bytes / (static_cast<double>(cycles) * config.clock_period_ns);
  if (stats.reads_done == 0) return result;
  const auto reads = static_cast<double>(stats.reads_done);
  result.mean_read_latency_cycles = static_cast<double>(stats.read_latency_cycles) / reads;
  result.row_hit_fraction = static_cast<double>(stats.read_row_hits) / reads;
  return result;
}

}  // namespace

StreamResult replay_stream(const DramConfig& config, const std::vector<StreamRequest>& stream,
                           std::optional<uint64_t> cycles) {
  StreamPlayer player(config, stream);
  if (!cycles) {
    player.play_until(UINT64_MAX);
    player.finish();
    return summarize(config, player.stats(), player.last_completion_cycle());
  }
  if (*cycles > 0) {
    player.play_until(*cycles);
    player.pass_until(*cycles);
  }
  return summarize(config, player.stats(), *cycles);
}

}  // namespace mmasim::models
