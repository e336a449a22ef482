// Which bits of an address select channel, rank, bank, row and column. Built from a mapping string such as
// "column bank rank channel row" (from the lowest bit above the burst). Knows no time.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/memory/dram_config.h"

namespace mmasim::models {

struct DramLocation {
  uint32_t channel = 0;
  uint32_t rank = 0;
  uint32_t bank = 0;
  uint32_t row = 0;
  uint32_t column = 0;  // the first of the burst

  bool operator==(const DramLocation& other) const {
    return channel == other.channel && rank == other.rank && bank == other.bank && row == other.row &&
           column == other.column;
  }
};

class DramAddressMap {
 public:
  // Throws std::invalid_argument when the mapping string does not fit the geometry; the text says how.
  explicit DramAddressMap(const DramConfig& config);

  DramLocation locate(uint64_t address) const;           // addresses beyond the capacity wrap around
  uint64_t address(const DramLocation& location) const;  // of the burst's first byte

  // What the controller needs of a burst, by its number (address divided by the bytes of a burst).
  uint32_t bank_of(uint64_t burst) const { return bank_lookup_(burst); }  // rank * banks + bank
  uint32_t row_of(uint64_t burst) const { return row_lookup_(burst); }

  uint64_t wrapped(uint64_t burst) const { return burst & burst_mask_; }
  uint32_t burst_bytes_log2() const { return burst_bytes_log2_; }

  // The part of bursts [first, end) that lies in a channel: its first burst, how many there are, and the
  // successor.
  uint64_t first_in_channel(uint32_t channel, uint64_t first) const;
  uint64_t count_in_channel(uint32_t channel, uint64_t first, uint64_t end) const;
  uint64_t next_in_channel(uint64_t burst) const {  // counts up in all bits but the channel's
    return ((((burst | channel_mask_) + 1) & ~channel_mask_) | (burst & channel_mask_));
  }

 private:
  struct Slice {  // `width` bits of the burst number from `from` go to bit `to` of the field
    uint32_t from, to;
    uint64_t mask;
  };
  using Field = std::vector<Slice>;

  static uint32_t gather(const Field& field, uint64_t burst) {
    uint64_t value = 0;
    for (const Slice& slice : field) value |= ((burst >> slice.from) & slice.mask) << slice.to;
    return static_cast<uint32_t>(value);
  }
  // A field of one slice, as most are, or of several.
  struct Lookup {
    Slice first{0, 0, 0};
    Field others;

    void add(const Field& field, uint32_t to);  // from bit `to` of the value on
    uint32_t operator()(uint64_t burst) const {
      const uint64_t value = ((burst >> first.from) & first.mask) << first.to;
      return static_cast<uint32_t>(value) | (others.empty() ? 0 : gather(others, burst));
    }
  };
  static uint64_t scatter(const Field& field, uint64_t value);
  Field& field_named(const std::string& name);
  uint32_t width_of(const DramConfig& config, const std::string& name) const;
  void place(const std::string& name, uint32_t& from, uint32_t to, uint32_t width);
  uint64_t count_below(uint32_t channel, uint64_t burst) const;

  uint32_t burst_bytes_log2_ = 0;
  uint32_t columns_per_burst_log2_ = 0;
  uint64_t burst_mask_ = 0;
  uint32_t channel_from_ = 0, channel_width_ = 0;
  uint64_t channel_mask_ = 0;
  Field column_, bank_, rank_, channel_, row_;
  Lookup bank_lookup_, row_lookup_;
};

// What is wrong with a configuration beyond the range of a single key, naming key, value seen and what is
// allowed; nothing when a controller can be built from it.
std::optional<std::string> dram_config_fault(const DramConfig& config);

}  // namespace mmasim::models
