#include "models/memory/dram_address_map.h"

#include <map>
#include <sstream>
#include <stdexcept>

namespace mmasim::models {
namespace {

constexpr const char* kFields[] = {"column", "bank", "rank", "channel", "row"};

bool is_power_of_two(uint64_t value) { return value != 0 && (value & (value - 1)) == 0; }

uint32_t log2_of(uint64_t value) {
  uint32_t bits = 0;
  while (value > 1) value >>= 1, ++bits;
  return bits;
}

[[noreturn]] void reject(const DramConfig& config, const std::string& why) {
  throw std::invalid_argument("address_mapping is \"" + config.address_mapping + "\": " + why);
}

struct Token {
  std::string field;
  std::optional<uint32_t> width;  // none: all bits left
};

Token parse_token(const DramConfig& config, const std::string& text) {
  const size_t colon = text.find(':');
  if (colon == std::string::npos) return {text, std::nullopt};
  const std::string digits = text.substr(colon + 1);
  if (digits.empty() || digits.size() > 2 || digits.find_first_not_of("0123456789") != std::string::npos) {
    reject(config, "'" + text + "' gives no number of bits; expected field:N");
  }
  return {text.substr(0, colon), static_cast<uint32_t>(std::stoul(digits))};
}

}  // namespace

DramAddressMap::DramAddressMap(const DramConfig& config)
    : burst_bytes_log2_(log2_of(config.burst_bytes())),
      columns_per_burst_log2_(log2_of(config.burst_length)) {
  std::map<std::string, uint32_t> left;
  for (const char* name : kFields) left[name] = width_of(config, name);
  std::istringstream words(config.address_mapping);
  uint32_t from = 0;
  for (std::string word; words >> word;) {
    const Token token = parse_token(config, word);
    const auto found = left.find(token.field);
    if (found == left.end()) {
      reject(config, "no field '" + token.field + "'; expected column, bank, rank, channel and row");
    }
    const uint32_t width = token.width.value_or(found->second);
    if (width > found->second) {
      reject(config, "'" + word + "' takes more than the " + std::to_string(found->second) +
                         " bits left of " + token.field);
    }
    place(token.field, from, width_of(config, token.field) - found->second, width);
    found->second -= width;
  }
  for (const char* name : kFields) {
    if (left[name] != 0) reject(config, std::to_string(left[name]) + " bits of " + name + " are nowhere");
  }
  if (channel_.size() > 1) reject(config, "the bits of channel are apart; expected one group");
  if (!channel_.empty()) {
    channel_from_ = channel_[0].from;
    channel_mask_ = channel_[0].mask << channel_from_;
    channel_width_ = log2_of(config.channels);
  }
  burst_mask_ = (uint64_t{1} << from) - 1;
  bank_lookup_.add(bank_, 0);
  bank_lookup_.add(rank_, log2_of(config.banks));
  row_lookup_.add(row_, 0);
}

uint32_t DramAddressMap::width_of(const DramConfig& config, const std::string& name) const {
  if (name == "column") return log2_of(config.columns) - columns_per_burst_log2_;
  if (name == "bank") return log2_of(config.banks);
  if (name == "rank") return log2_of(config.ranks);
  if (name == "channel") return log2_of(config.channels);
  return log2_of(config.rows);
}

DramAddressMap::Field& DramAddressMap::field_named(const std::string& name) {
  if (name == "column") return column_;
  if (name == "bank") return bank_;
  if (name == "rank") return rank_;
  if (name == "channel") return channel_;
  return row_;
}

void DramAddressMap::place(const std::string& name, uint32_t& from, uint32_t to, uint32_t width) {
  if (width == 0) return;
  field_named(name).push_back({from, to, (uint64_t{1} << width) - 1});
  from += width;
}

uint64_t DramAddressMap::scatter(const Field& field, uint64_t value) {
  uint64_t burst = 0;
  for (const Slice& slice : field) burst |= ((value >> slice.to) & slice.mask) << slice.from;
  return burst;
}

DramLocation DramAddressMap::locate(uint64_t address) const {
  const uint64_t burst = address >> burst_bytes_log2_;
  return {gather(channel_, burst), gather(rank_, burst), gather(bank_, burst), gather(row_, burst),
          gather(column_, burst) << columns_per_burst_log2_};
}

uint64_t DramAddressMap::address(const DramLocation& location) const {
  const uint64_t burst = scatter(channel_, location.channel) | scatter(rank_, location.rank) |
                         scatter(bank_, location.bank) | scatter(row_, location.row) |
                         scatter(column_, location.column >> columns_per_burst_log2_);
  return burst << burst_bytes_log2_;
}

void DramAddressMap::Lookup::add(const Field& field, uint32_t to) {
  for (Slice slice : field) {
    slice.to += to;
    if (first.mask == 0) {
      first = slice;
    } else {
      others.push_back(slice);
    }
  }
}

uint64_t DramAddressMap::first_in_channel(uint32_t channel, uint64_t first) const {
  if (channel_width_ == 0) return first;
  const uint64_t group = first >> (channel_from_ + channel_width_);
  const uint64_t here = (first & channel_mask_) >> channel_from_;
  if (here == channel) return first;
  const uint64_t next_group = here < channel ? group : group + 1;
  return (next_group << (channel_from_ + channel_width_)) | (uint64_t{channel} << channel_from_);
}

// How many bursts below `burst` lie in the channel: full groups, and the part of the last one.
uint64_t DramAddressMap::count_below(uint32_t channel, uint64_t burst) const {
  const uint64_t run = uint64_t{1} << channel_from_;
  const uint64_t within = burst & ((run << channel_width_) - 1);
  const uint64_t start = channel * run;
  const uint64_t part = within <= start ? 0 : (within - start < run ? within - start : run);
  return ((burst >> (channel_from_ + channel_width_)) << channel_from_) + part;
}

uint64_t DramAddressMap::count_in_channel(uint32_t channel, uint64_t first, uint64_t end) const {
  if (channel_width_ == 0) return end - first;
  return count_below(channel, end) - count_below(channel, first);
}

std::optional<std::string> dram_config_fault(const DramConfig& config) {
  const std::pair<const char*, uint32_t> counts[] = {{"channels", config.channels},
                                                     {"ranks", config.ranks},
                                                     {"banks", config.banks},
                                                     {"rows", config.rows},
                                                     {"columns", config.columns},
                                                     {"bus_width_bits", config.bus_width_bits},
                                                     {"burst_length", config.burst_length}};
  for (const auto& [name, value] : counts) {
    if (!is_power_of_two(value))
      return std::string(name) + " is " + std::to_string(value) + "; expected a power of two";
  }
  if (config.bus_width_bits < 8)
    return "bus_width_bits is " + std::to_string(config.bus_width_bits) + "; expected 8 or more";
  if (config.burst_length < 2)
    return "burst_length is " + std::to_string(config.burst_length) + "; expected 2 or more";
  if (config.columns < config.burst_length) {
    return "columns is " + std::to_string(config.columns) + "; expected burst_length (" +
           std::to_string(config.burst_length) + ") or more";
  }
  if (config.ranks * config.banks > kDramMostBanks) {
    return "ranks x banks is " + std::to_string(config.ranks * config.banks) + "; expected " +
           std::to_string(kDramMostBanks) + " or fewer";
  }
  if (config.bank_queue_depth < 1 || config.bank_queue_depth > kDramDeepestBankQueue) {
    return "bank_queue_depth is " + std::to_string(config.bank_queue_depth) + "; expected 1.." +
           std::to_string(kDramDeepestBankQueue);
  }
  if (config.transaction_queue_depth < 1)
    return std::string("transaction_queue_depth is 0; expected 1 or more");
  if (config.page_policy != "open" && config.page_policy != "closed") {
    return "page_policy is \"" + config.page_policy + "\"; expected open or closed";
  }
  // A refresh waits for its rank's rows to close; the next may not come due before it is done.
  const uint64_t refresh_cycles = uint64_t{config.trfc_cycles} + config.trp_cycles + config.tras_cycles +
                                  config.twr_cycles + config.cl_cycles + config.cwl_cycles +
                                  config.burst_cycles();
  if (config.refresh && uint64_t{config.trefi_cycles} <= config.ranks * refresh_cycles) {
    return "trefi_cycles is " + std::to_string(config.trefi_cycles) + "; expected more than " +
           std::to_string(config.ranks * refresh_cycles) +
           ", the time in which every rank closes its rows and refreshes";
  }
  try {
    DramAddressMap map(config);
  } catch (const std::invalid_argument& fault) {
    return fault.what();
  }
  return std::nullopt;
}

}  // namespace mmasim::models
