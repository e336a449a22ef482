// SHA-256 (FIPS 180-4) of a byte string, as 64 hexadecimal digits: the identity of a network file in reports.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "isa/kit/sha256_blocks.h"

namespace mmasim {

// Of bytes that come in pieces.
class Sha256 {
 public:
  Sha256();
  void add(std::string_view bytes);
  std::string finish();  // once

 private:
  static constexpr size_t kBlockBytes = 64;

  const Sha256Blocks take_blocks_;
  Sha256State state_;
  uint64_t bytes_ = 0;
  uint8_t rest_[2 * kBlockBytes] = {};  // what does not fill a block yet, and room for the end
};

std::string sha256_hex(std::string_view bytes);

}  // namespace mmasim
