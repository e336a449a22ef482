// The constant segment at the start of DDR: packed panels, tables, biases. Without values only its size
// grows.
#pragma once

#include <algorithm>
#include <cstdint>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "isa/address.h"
#include "isa/kit/large_bytes.h"
#include "isa/kit/units.h"

namespace mmasim::runtime {

struct ConstantPiece {
  std::string name;
  uint64_t offset = 0, bytes = 0;  // in DDR
};

class Constants {
 public:
  // expected_ddr_bytes: of the whole program, as measured before, so that the constants can begin its memory.
  explicit Constants(bool with_values, uint64_t expected_ddr_bytes = 0) : with_values_(with_values) {
    if (!with_values) return;
    try {
      data_.reserve(expected_ddr_bytes);
    } catch (const std::bad_alloc&) {  // a host with less memory can still make the program
    }
  }

  // Reserves bytes and calls fill(uint8_t*) on them, zeroed, if there are values. Returns the offset in DDR.
  template <class Fill>
  uint64_t add(const std::string& name, uint64_t bytes, Fill&& fill) {
    const auto offset = bytes_;
    pieces_.push_back({name, offset, bytes});
    bytes_ += isa::round_up(bytes, kAlignment);
    if (with_values_) {
      data_.resize(bytes_);
      fill(data_.data() + offset);
    }
    return offset;
  }

  bool with_values() const { return with_values_; }
  uint64_t bytes() const { return bytes_; }
  const std::vector<ConstantPiece>& pieces() const { return pieces_; }  // by offset
  const ConstantPiece* piece_at(uint64_t offset) const {                // null: none
    const auto next =
        std::upper_bound(pieces_.begin(), pieces_.end(), offset,
                         [](uint64_t at, const ConstantPiece& piece) { return at < piece.offset; });
    if (next == pieces_.begin()) return nullptr;
    const auto& piece = *(next - 1);
    return offset < piece.offset + piece.bytes ? &piece : nullptr;
  }
  isa::LargeBytes take() { return std::move(data_); }

 private:
  static constexpr uint64_t kAlignment = 128;  // a DMA burst
  bool with_values_;
  uint64_t bytes_ = 0;
  isa::LargeBytes data_;
  std::vector<ConstantPiece> pieces_;
};

}  // namespace mmasim::runtime
