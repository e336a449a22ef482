#include "isa/verify/byte_set.h"

#include <algorithm>

namespace mmasim::isa {
namespace {

// Bits begin .. end - 1 of a word, end at most 64 and above begin.
uint64_t mask(uint64_t begin, uint64_t end) { return (~uint64_t{0} >> (64 - (end - begin))) << begin; }

}  // namespace

// Offsets within the page.
void ByteSet::add_to_page(Page& page, uint64_t begin, uint64_t end) {
  if (page.missing == 0) return;
  const bool was_in_part = page.bits != nullptr;
  if (begin == 0 && end == kPageBytes) {
    page.missing = 0;
  } else {
    if (!was_in_part) page.bits = std::make_unique<Bits>(Bits{}), ++pages_in_part_;
    for (uint64_t at = begin; at < end;) {
      const uint64_t word = at / 64, stop = std::min(end, (word + 1) * 64);
      uint64_t& bits = (*page.bits)[word];
      const uint64_t added = mask(at - word * 64, stop - word * 64) & ~bits;
      bits |= added;
      page.missing -= static_cast<uint32_t>(__builtin_popcountll(added));
      at = stop;
    }
  }
  if (page.missing == 0 && page.bits != nullptr) page.bits.reset(), --pages_in_part_;
}

void ByteSet::add(uint64_t begin, uint64_t end) {
  if (everything_ || begin >= end) return;
  if ((end - 1) / kPageBytes >= pages_.size()) pages_.resize((end - 1) / kPageBytes + 1);
  for (uint64_t at = begin; at < end;) {
    const uint64_t number = at / kPageBytes, page_at = number * kPageBytes;
    const uint64_t stop = std::min(end, page_at + kPageBytes);
    add_to_page(pages_[number], at - page_at, stop - page_at);
    at = stop;
  }
  if (pages_in_part_ > kMostPages) everything_ = true, pages_.clear();
}

uint64_t ByteSet::first_missing(uint64_t begin, uint64_t end) const {
  if (everything_) return end;
  for (uint64_t at = begin; at < end;) {
    const uint64_t number = at / kPageBytes, page_at = number * kPageBytes;
    if (number >= pages_.size()) return at;
    const Page& page = pages_[number];
    const uint64_t stop = std::min(end, page_at + kPageBytes);
    if (page.missing == 0) {
      at = stop;
      continue;
    }
    if (page.bits == nullptr) return at;
    while (at < stop) {
      const uint64_t word_at = at / 64 * 64, word_stop = std::min(stop, word_at + 64);
      const uint64_t missing =
          mask(at - word_at, word_stop - word_at) & ~(*page.bits)[(word_at - page_at) / 64];
      if (missing != 0) return word_at + static_cast<uint64_t>(__builtin_ctzll(missing));
      at = word_stop;
    }
  }
  return end;
}

}  // namespace mmasim::isa
