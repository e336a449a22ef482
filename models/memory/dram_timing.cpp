#include "models/memory/dram_timing.h"

namespace mmasim::models {

std::vector<DramTimingRule> dram_timing_rules(const DramConfig& config) {
  using Scope = DramScope;
  using Command = DramCommand;
  const uint32_t burst = config.burst_cycles();
  const uint32_t same_direction = std::max(burst, config.tccd_cycles);
  const uint32_t read_end = config.cl_cycles + burst;    // read command to the end of its data
  const uint32_t write_end = config.cwl_cycles + burst;  // write command to the end of its data
  const uint32_t gap = config.trtrs_cycles;
  // Data of the second command starts `gap` cycles after the data of the first has ended.
  const auto apart = [gap](uint32_t first_end, uint32_t second_start) {
    return first_end + gap > second_start ? first_end + gap - second_start : 1;
  };
  const uint32_t read_to_write = apart(read_end, config.cwl_cycles);

  std::vector<DramTimingRule> rules = {
      {Scope::kSameBank, Command::kActivate, Command::kRead, config.trcd_cycles},
      {Scope::kSameBank, Command::kActivate, Command::kWrite, config.trcd_cycles},
      {Scope::kSameBank, Command::kActivate, Command::kPrecharge, config.tras_cycles},
      {Scope::kSameBank, Command::kActivate, Command::kActivate, config.tras_cycles + config.trp_cycles},
      {Scope::kSameRank, Command::kActivate, Command::kActivate, config.trrd_cycles},
      {Scope::kSameRank, Command::kActivate, Command::kRefresh, config.tras_cycles + config.trp_cycles},
      {Scope::kSameBank, Command::kPrecharge, Command::kActivate, config.trp_cycles},
      {Scope::kSameRank, Command::kPrecharge, Command::kPrecharge, config.tppd_cycles},
      {Scope::kSameRank, Command::kPrecharge, Command::kRefresh, config.trp_cycles},
      {Scope::kSameRank, Command::kRefresh, Command::kActivate, config.trfc_cycles},
      {Scope::kSameRank, Command::kRefresh, Command::kRefresh, config.trfc_cycles},
      {Scope::kSameBank, Command::kRead, Command::kPrecharge, config.trtp_cycles},
      {Scope::kSameBank, Command::kWrite, Command::kPrecharge, write_end + config.twr_cycles},
      {Scope::kSameBank, Command::kReadThenPrecharge, Command::kActivate,
       config.trtp_cycles + config.trp_cycles},
      {Scope::kSameRank, Command::kReadThenPrecharge, Command::kRefresh,
       config.trtp_cycles + config.trp_cycles},
      {Scope::kSameBank, Command::kWriteThenPrecharge, Command::kActivate,
       write_end + config.twr_cycles + config.trp_cycles},
      {Scope::kSameRank, Command::kWriteThenPrecharge, Command::kRefresh,
       write_end + config.twr_cycles + config.trp_cycles},
  };
  for (const Command read : {Command::kRead, Command::kReadThenPrecharge}) {
    rules.push_back({Scope::kSameRank, read, Command::kRead, same_direction});
    rules.push_back({Scope::kSameRank, read, Command::kWrite, read_to_write});
    rules.push_back({Scope::kOtherRanks, read, Command::kRead, burst + gap});
    rules.push_back({Scope::kOtherRanks, read, Command::kWrite, read_to_write});
  }
  for (const Command write : {Command::kWrite, Command::kWriteThenPrecharge}) {
    rules.push_back({Scope::kSameRank, write, Command::kWrite, same_direction});
    rules.push_back({Scope::kSameRank, write, Command::kRead, write_end + config.twtr_cycles});
    rules.push_back({Scope::kOtherRanks, write, Command::kWrite, burst + gap});
    rules.push_back({Scope::kOtherRanks, write, Command::kRead, apart(write_end, config.cl_cycles)});
  }
  return rules;
}

DramTiming::DramTiming(const DramConfig& config)
    : tfaw_cycles_(config.tfaw_cycles), rank_ready_(config.ranks, Ready{}), windows_(config.ranks) {
  while ((uint32_t{1} << banks_log2_) < config.banks) ++banks_log2_;
  for (const DramTimingRule& rule : dram_timing_rules(config)) {
    delays_[static_cast<uint32_t>(rule.scope)][static_cast<uint32_t>(rule.preceding)].set(rule.following,
                                                                                          rule.cycles);
  }
}

// The last rule for a pair of commands counts.
void DramTiming::Delays::set(DramCommand following, uint32_t cycles) {
  const auto index = static_cast<uint32_t>(following);
  for (uint32_t i = 0; i < count; ++i) {
    if (list[i].following != index) continue;
    list[i].cycles = cycles;
    return;
  }
  list[count++] = {index, cycles};
}

uint32_t DramTiming::delay(DramScope scope, DramCommand preceding, DramCommand following) const {
  for (const auto& rule : delays_[static_cast<uint32_t>(scope)][static_cast<uint32_t>(preceding)]) {
    if (rule.following == static_cast<uint32_t>(following)) return rule.cycles;
  }
  return 0;
}

// With this activate in, the next one must leave tFAW to the third before it.
void DramTiming::note_activate(uint32_t rank, uint64_t now) {
  ActivateWindow& window = windows_[rank];
  window.at[window.count % 4] = now;
  ++window.count;
  if (window.count < 4) return;
  uint64_t& ready = rank_ready_[rank][static_cast<uint32_t>(DramCommand::kActivate)];
  ready = std::max(ready, window.at[window.count % 4] + tfaw_cycles_);
}

void DramTiming::shift_refresh(uint32_t rank, uint64_t cycles) {
  rank_ready_[rank][static_cast<uint32_t>(DramCommand::kActivate)] += cycles;
  rank_ready_[rank][static_cast<uint32_t>(DramCommand::kRefresh)] += cycles;
}

}  // namespace mmasim::models
