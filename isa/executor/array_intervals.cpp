#include "isa/executor/array_intervals.h"

#include <algorithm>
#include <cstdlib>
#include <numeric>

namespace mmasim::isa {
namespace {

// Offsets between which a pattern's positions lie.
struct Offsets {
  int64_t lowest = 0, highest = 0;
  void add(int64_t stride, int64_t first, int64_t last) {
    lowest += std::min(stride * first, stride * last);
    highest += std::max(stride * first, stride * last);
  }
};

// The offsets of the positions first .. first + count of three nested dimensions.
Offsets offsets_of(uint64_t first, uint64_t count, uint64_t n0, uint64_t n1, int64_t stride0, int64_t stride1,
                   int64_t stride2) {
  const uint64_t last = first + std::max<uint64_t>(count, 1) - 1;
  const auto add = [](Offsets& offsets, int64_t stride, uint64_t begin, uint64_t end, uint64_t n) {
    const bool turns = begin / n != end / n;  // then every index occurs
    offsets.add(stride, turns ? 0 : static_cast<int64_t>(begin % n),
                static_cast<int64_t>(turns ? n - 1 : end % n));
  };
  Offsets offsets;
  add(offsets, stride0, first, last, n0);
  add(offsets, stride1, first / n0, last / n0, n1);
  offsets.add(stride2, static_cast<int64_t>(first / n0 / n1), static_cast<int64_t>(last / n0 / n1));
  return offsets;
}

template <class Pattern>
Offsets offsets_of_rows(const Pattern& p, uint32_t row, uint32_t rows) {
  return offsets_of(row, rows, p.r0, p.r1, p.r0_stride, p.r1_stride, p.r2_stride);
}

ByteInterval interval(Address base, const Offsets& offsets, uint64_t bytes) {
  return {base.raw + static_cast<uint64_t>(offsets.lowest),
          base.raw + static_cast<uint64_t>(offsets.highest) + bytes};
}

// The greatest common divisor of all offsets.
uint64_t common_stride(const MmaStorePattern& p) {
  return static_cast<uint64_t>(
      std::gcd(std::gcd(p.r0 == 1 ? 0 : int64_t{p.r0_stride}, p.r1 == 1 ? 0 : int64_t{p.r1_stride}),
               int64_t{p.r2_stride}));
}

}  // namespace

ByteInterval interval_of_a(const MmaPattern& p, uint32_t operand_bytes, Address a, uint32_t row,
                           uint32_t rows, uint32_t k_start, uint32_t depth) {
  Offsets offsets = offsets_of_rows(p, row, rows);
  const Offsets of_depth = offsets_of(k_start, depth, p.k0, p.k1, operand_bytes, p.k1_stride, p.k2_stride);
  offsets.lowest += of_depth.lowest;
  offsets.highest += of_depth.highest;
  return interval(a, offsets, operand_bytes);
}

ByteInterval interval_of_transfer(const MmaStorePattern& pattern, uint32_t out_bytes,
                                  const MmaTransfer& transfer) {
  const uint64_t bytes = uint64_t{transfer.columns} * out_bytes;
  ByteInterval result = interval(transfer.dst, offsets_of_rows(pattern, transfer.row, transfer.rows), bytes);
  result.repeat_every(common_stride(pattern), transfer.dst, bytes);
  return result;
}

bool rows_lie_apart(const MmaStorePattern& p, uint32_t bytes) {
  int64_t occupied = bytes;
  for (const auto& [count, stride] : {std::pair<int64_t, int64_t>{p.r0, p.r0_stride}, {p.r1, p.r1_stride}}) {
    if (count == 1) continue;
    if (stride < occupied) return false;
    occupied += (count - 1) * stride;
  }
  return p.r2_stride >= occupied;
}

bool lie_apart(const MmaStorePattern& p, uint32_t out_bytes, const std::vector<MmaTransfer>& transfers,
               const std::vector<ByteInterval>& intervals) {
  for (size_t i = 0; i < transfers.size(); ++i) {
    if (!rows_lie_apart(p, transfers[i].columns * out_bytes)) return false;
    for (size_t j = 0; j < i; ++j)
      if (intervals[i].meets(intervals[j])) return false;
  }
  return true;
}

}  // namespace mmasim::isa
