#include "models/memory/dram_controller.h"

#include <algorithm>
#include <stdexcept>

#include "models/memory/dram_address_map.h"
#include "models/memory/dram_channel.h"
#include "models/memory/dram_tickets.h"

namespace mmasim::models {
namespace {

// How far next_event() looks beyond the time let pass, so that one huge request does not keep it for long.
constexpr uint64_t kRunAheadCycles = 1 << 16;

const DramConfig& checked(const DramConfig& config) {
  if (const auto fault = dram_config_fault(config)) throw std::invalid_argument(*fault);
  return config;
}

void add(DramController::Stats& sum, const DramController::Stats& one) {
  sum.reads_done += one.reads_done;
  sum.writes_done += one.writes_done;
  sum.activates += one.activates;
  sum.precharges += one.precharges;
  sum.refreshes += one.refreshes;
  sum.read_row_hits += one.read_row_hits;
  sum.read_latency_cycles += one.read_latency_cycles;
  sum.busy_cycles += one.busy_cycles;
}

}  // namespace

struct DramController::Impl {
  explicit Impl(const DramConfig& config) : map(checked(config)) {
    for (uint32_t i = 0; i < config.channels; ++i) {
      channels.push_back(std::make_unique<DramChannel>(config, map, tickets));
    }
  }

  void check_time(uint64_t at) {
    if (at < now || at > kLatestDramCycle) {
      throw std::logic_error("DramController: the time is " + std::to_string(at) + "; expected " +
                             std::to_string(now) + ".." + std::to_string(kLatestDramCycle));
    }
    now = at;
  }

  const DramAddressMap map;
  DramTickets tickets;
  std::vector<std::unique_ptr<DramChannel>> channels;
  uint64_t now = 0;  // of the latest submit() or advance()
  Stats stats;       // of all channels, as last asked for
};

DramController::DramController(const DramConfig& config) : impl_(std::make_unique<Impl>(config)) {}
DramController::~DramController() = default;

DramController::Ticket DramController::submit(uint64_t address, uint64_t bytes, bool is_write, uint64_t now) {
  impl_->check_time(now);
  const uint32_t log2 = impl_->map.burst_bytes_log2();
  const uint64_t burst_bytes = uint64_t{1} << log2;
  if (address > UINT64_MAX - burst_bytes || bytes > UINT64_MAX - burst_bytes - address) {
    throw std::logic_error("DramController: " + std::to_string(bytes) + " bytes from " +
                           std::to_string(address) + " on leave the address space");
  }
  const uint64_t first = address >> log2;
  const uint64_t end = bytes == 0 ? first : (address + bytes + burst_bytes - 1) >> log2;
  const Ticket ticket = impl_->tickets.open(end - first, now);
  for (uint32_t i = 0; i < impl_->channels.size(); ++i) {
    const uint64_t count = impl_->map.count_in_channel(i, first, end);
    if (count > 0)
      impl_->channels[i]->push(impl_->map.first_in_channel(i, first), count, is_write, ticket, now);
  }
  return ticket;
}

uint64_t DramController::next_event() const {
  const uint64_t limit =
      impl_->now > UINT64_MAX - kRunAheadCycles ? UINT64_MAX : impl_->now + kRunAheadCycles;
  for (auto& channel : impl_->channels) channel->run_ahead(limit);
  uint64_t next = impl_->tickets.next_completion();
  for (auto& channel : impl_->channels) next = std::min(next, channel->earliest_uncertain_completion());
  return next;
}

void DramController::advance(uint64_t now, std::vector<Completion>& completions) {
  impl_->check_time(now);
  for (auto& channel : impl_->channels) {
    channel->run_until(now);
    channel->settle(now);
  }
  impl_->tickets.take(now, completions);
}

uint64_t DramController::least_backlog_bursts() const {
  uint64_t least = UINT64_MAX;
  for (const auto& channel : impl_->channels) least = std::min(least, channel->backlog_bursts());
  return least;
}

const DramController::Stats& DramController::stats() const {
  impl_->stats = Stats{};
  for (const auto& channel : impl_->channels) add(impl_->stats, channel->stats());
  return impl_->stats;
}

}  // namespace mmasim::models
