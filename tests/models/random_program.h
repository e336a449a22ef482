// Correct programs made at random: DMA descriptors on several channels, vector and array instructions,
// ordered by tokens only where they touch the same bytes. Every order that the tokens allow gives the same
// bytes.
#pragma once

#include <random>
#include <vector>

#include "tests/models/program_builder.h"

namespace mmasim::test {

class RandomProgram {
 public:
  static constexpr uint32_t kRegionBytes = 8192;
  static constexpr uint32_t kRegions = 8;  // of each memory
  static constexpr uint32_t kChannels = 4;

  RandomProgram(uint32_t seed, uint32_t steps) : random_(seed), builder_(3) {
    builder_.add(isa::CtlLayer{0, isa::Setup::call});
    for (uint32_t step = 0; step < steps; ++step) {
      if (step == steps / 3) builder_.add(isa::CtlLayer{1, isa::Setup::heavy});
      if (step == 2 * steps / 3) builder_.add(isa::CtlLayer{2, isa::Setup::light});
      switch (below(4)) {
        case 0:
          add_vectors();
          break;
        case 1:
          add_product();
          break;
        default:
          add_transfer();
          break;
      }
    }
    builder_.add(isa::CtlEnd{});
  }

  const ProgramBuilder& builder() const { return builder_; }

 private:
  static constexpr uint32_t kCore = kChannels;       // as a unit
  static constexpr uint16_t kCoreToken = 1 + kCore;  // channel c signals 1 + c

  struct Access {
    uint32_t unit;
    uint64_t reads, writes;  // sets of regions
    uint32_t count;          // of the unit's token when it is done; 0 if the core has not signalled yet
  };
  struct Region {
    isa::Address address;
    uint64_t bit;
  };

  uint32_t below(uint32_t bound) { return static_cast<uint32_t>(random_() % bound); }

  Region region(isa::Space space) {
    const uint32_t index = below(kRegions);
    return {isa::Address::in(space, uint64_t{index} * kRegionBytes),
            uint64_t{1} << ((static_cast<uint32_t>(space) - 1) * kRegions + index)};
  }
  Region region() { return region(static_cast<isa::Space>(1 + below(3))); }

  // Orders what `unit` is about to do after what others have done to the same regions.
  void order(uint32_t unit, uint64_t reads, uint64_t writes) {
    for (Access& earlier : accesses_) {
      const bool conflict = (earlier.writes & (reads | writes)) != 0 || (earlier.reads & writes) != 0;
      if (earlier.unit == unit || !conflict) continue;
      if (earlier.unit == kCore && earlier.count == 0) signal_core();
      const auto token = static_cast<uint16_t>(1 + earlier.unit);
      if (unit == kCore) {
        builder_.add(isa::SyncWait{token, earlier.count});
      } else {
        builder_.add(isa::DmaWait{static_cast<uint8_t>(unit), token, earlier.count});
      }
    }
  }
  void signal_core() {
    builder_.add(isa::SyncSignal{kCoreToken});
    ++counts_[kCore];
    for (Access& access : accesses_)
      if (access.unit == kCore && access.count == 0) access.count = counts_[kCore];
  }

  void add_transfer() {
    const uint32_t channel = below(kChannels);
    const Region src = region(), dst = region();
    if (src.bit == dst.bit) return;
    const bool fill = below(5) == 0;
    order(channel, fill ? 0 : src.bit, dst.bit);
    const uint32_t shape = below(3);  // one long row, short rows, a small cube
    const uint32_t row = shape == 0 ? 1 + below(8000) : 1 + below(60);
    const uint32_t n1 = shape == 0 ? 1 : 1 + below(40), n2 = shape == 2 ? 1 + below(3) : 1;
    const auto stride = static_cast<int64_t>(row + below(4));
    if (fill) {
      isa::DmaFill of;
      of.channel = static_cast<uint8_t>(channel);
      of.signal = static_cast<uint16_t>(1 + channel);
      of.dst = dst.address;
      of.element_bytes = static_cast<uint8_t>(1u << below(2));
      of.value = below(256) * 257;
      of.row_bytes = row / 2 * 2 + 2;
      of.n1 = n1;
      of.dst_stride1 = of.row_bytes;
      builder_.add(of);
    } else {
      isa::DmaCopy of = copy_row(static_cast<uint8_t>(channel), static_cast<uint16_t>(1 + channel),
                                 src.address, dst.address, row);
      of.n1 = n1;
      of.n2 = n2;
      of.src_stride1 = below(3) == 0 ? 0 : stride;
      of.dst_stride1 = below(2) == 0 ? row : stride;
      of.src_stride2 = below(100);
      of.dst_stride2 = n1 * of.dst_stride1;
      builder_.add(of);
    }
    accesses_.push_back({channel, fill ? 0 : src.bit, dst.bit, ++counts_[channel]});
  }

  void add_vectors() {
    const Region a = region(), b = region(), dst = region();
    if (dst.bit == a.bit || dst.bit == b.bit) return;
    order(kCore, a.bit | b.bit, dst.bit);
    isa::DspAdd add;
    add.a = a.address;
    add.b = b.address;
    add.dst = dst.address;
    add.count_y = 1 + below(8);
    add.count_x = 1 + below(8);
    add.channels = add.b_channels = 1 + below(64);
    add.a_x_stride = add.b_x_stride = add.dst_x_stride = static_cast<int32_t>(add.channels);
    add.a_y_stride = add.b_y_stride = add.dst_y_stride = 512;
    add.a_multiplier = 1 + below(9);
    add.shift = static_cast<int8_t>(below(4));
    add.clip_min = -128;
    add.clip_max = 127;
    builder_.add(add);
    accesses_.push_back({kCore, a.bit | b.bit, dst.bit, 0});
  }

  // One block: rows of 64 deep A vectors against one or two panels.
  void add_product() {
    const Region a = region(isa::Space::l2), b = region(isa::Space::l2), dst = region(isa::Space::l2);
    if (dst.bit == a.bit || dst.bit == b.bit) return;
    order(kCore, a.bit | b.bit, dst.bit);
    isa::StageSet stage;
    stage.shift = static_cast<int8_t>(below(12));
    stage.clip_min = -128;
    stage.clip_max = 127;
    isa::MmaPattern pattern;
    pattern.k0 = 64;
    pattern.r0 = 64;
    pattern.r0_stride = 64;
    isa::MmaStorePattern store;
    store.r0 = 64;
    store.r0_stride = 64;
    builder_.add(stage).add(isa::MmaConfig{}).add(pattern).add(store);
    const auto rows = static_cast<uint8_t>(1 + below(64));
    const uint32_t panels = 1 + below(2);
    const auto c_bank = static_cast<uint8_t>(below(4));
    for (uint32_t k = 0; k < panels; ++k) {
      const auto bank = static_cast<uint8_t>(below(2));
      builder_.add(isa::MmaLoadB{bank, b.address, 64});
      isa::MmaStream stream;
      stream.a = a.address;
      stream.rows = rows;
      stream.depth = 64;
      stream.b_bank = bank;
      stream.c_bank = c_bank;
      stream.accumulate = k > 0 ? 1 : 0;
      builder_.add(stream);
    }
    isa::MmaTransfer transfer;
    transfer.c_bank = c_bank;
    transfer.rows = rows;
    transfer.columns = static_cast<uint8_t>(1 + below(64));
    transfer.dst = dst.address;
    builder_.add(transfer);
    accesses_.push_back({kCore, a.bit | b.bit, dst.bit, 0});
  }

  std::mt19937 random_;
  ProgramBuilder builder_;
  std::vector<Access> accesses_;
  uint32_t counts_[kChannels + 1] = {};
};

}  // namespace mmasim::test
