// A sequence of bytes, as a vector is one, in large pages. What it grows by is zeros, and costs nothing until
// it is touched: so a program's constants can become the beginning of a whole memory without being copied.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <utility>

#include "isa/kit/large_pages.h"

namespace mmasim::isa {

class LargeBytes {
 public:
  LargeBytes() = default;
  explicit LargeBytes(size_t bytes) { resize(bytes); }
  LargeBytes(std::initializer_list<uint8_t> bytes) : LargeBytes(bytes.begin(), bytes.end()) {}
  template <class Iterator>
  LargeBytes(Iterator first, Iterator end) : LargeBytes(static_cast<size_t>(end - first)) {
    std::copy(first, end, begin());
  }
  LargeBytes(const LargeBytes& other) : LargeBytes(other.begin(), other.end()) {}
  LargeBytes(LargeBytes&& other) noexcept { swap(other); }
  LargeBytes& operator=(LargeBytes other) noexcept { return swap(other), *this; }

  uint8_t* data() { return block_.data(); }
  const uint8_t* data() const { return block_.data(); }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  uint8_t* begin() { return data(); }
  uint8_t* end() { return data() + size_; }
  const uint8_t* begin() const { return data(); }
  const uint8_t* end() const { return data() + size_; }
  uint8_t& operator[](size_t i) { return data()[i]; }
  uint8_t operator[](size_t i) const { return data()[i]; }

  // Takes room at once; what is there is copied if there was less.
  void reserve(size_t bytes) {
    if (bytes <= block_.size()) return;
    ZeroedBlock larger(bytes);
    std::copy(begin(), end(), larger.data());
    block_ = std::move(larger);
    touched_ = size_;
  }
  void resize(size_t bytes) {
    if (bytes > block_.size()) reserve(std::max(bytes, size_ + size_ / 2));
    if (bytes > size_) std::fill(end(), data() + std::max(size_, std::min(bytes, touched_)), uint8_t{0});
    size_ = bytes;
    touched_ = std::max(touched_, bytes);
  }
  void push_back(uint8_t byte) {
    resize(size_ + 1);
    data()[size_ - 1] = byte;
  }
  void clear() { resize(0); }

  friend bool operator==(const LargeBytes& a, const LargeBytes& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }

 private:
  void swap(LargeBytes& other) {
    std::swap(block_, other.block_);
    std::swap(size_, other.size_);
    std::swap(touched_, other.touched_);
  }

  ZeroedBlock block_;
  size_t size_ = 0;
  size_t touched_ = 0;  // the largest size it had: behind it the block is as it came
};

}  // namespace mmasim::isa
