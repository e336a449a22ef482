// A set of byte offsets of one memory: which of its bytes hold something. Made for long runs: a page of which
// all bytes belong to it takes no room. Bounded: past a limit of pages in part it holds every byte, so that
// no program can make it large.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace mmasim::isa {

class ByteSet {
 public:
  static constexpr uint64_t kPageBytes = 65536;
  static constexpr size_t kMostPages = size_t{1} << 13;  // with some of their bytes: 64 MiB of bits

  void add(uint64_t begin, uint64_t end);
  // The first offset of begin .. end - 1 that is missing, or end.
  uint64_t first_missing(uint64_t begin, uint64_t end) const;

 private:
  using Bits = std::array<uint64_t, kPageBytes / 64>;
  struct Page {
    std::unique_ptr<Bits> bits;  // none: no byte, or every byte
    uint32_t missing = kPageBytes;
  };

  void add_to_page(Page& page, uint64_t begin, uint64_t end);

  std::vector<Page> pages_;  // up to the last that has a byte
  size_t pages_in_part_ = 0;
  bool everything_ = false;
};

}  // namespace mmasim::isa
