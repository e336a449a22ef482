// SHA-256 written from FIPS 180-4. Knows nothing of files.
#include "isa/kit/sha256.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "isa/kit/sha256_blocks.h"
#include "isa/kit/simd_level.h"

namespace mmasim {

const std::array<uint32_t, 64> kSha256Round = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

namespace {

constexpr size_t kBlockBytes = 64;

uint32_t rotate_right(uint32_t word, int bits) { return word >> bits | word << (32 - bits); }

uint32_t big_endian(const uint8_t* bytes) {
  return uint32_t{bytes[0]} << 24 | uint32_t{bytes[1]} << 16 | uint32_t{bytes[2]} << 8 | bytes[3];
}

void compress(Sha256State& state, const uint8_t* block) {
  uint32_t w[64];
  for (int t = 0; t < 16; ++t) w[t] = big_endian(block + 4 * t);
  for (int t = 16; t < 64; ++t) {
    const uint32_t s0 = rotate_right(w[t - 15], 7) ^ rotate_right(w[t - 15], 18) ^ w[t - 15] >> 3;
    const uint32_t s1 = rotate_right(w[t - 2], 17) ^ rotate_right(w[t - 2], 19) ^ w[t - 2] >> 10;
    w[t] = w[t - 16] + s0 + w[t - 7] + s1;
  }
  auto [a, b, c, d, e, f, g, h] = state;
  for (int t = 0; t < 64; ++t) {
    const uint32_t sum1 = rotate_right(e, 6) ^ rotate_right(e, 11) ^ rotate_right(e, 25);
    const uint32_t t1 = h + sum1 + ((e & f) ^ (~e & g)) + kSha256Round[t] + w[t];
    const uint32_t sum0 = rotate_right(a, 2) ^ rotate_right(a, 13) ^ rotate_right(a, 22);
    const uint32_t t2 = sum0 + ((a & b) ^ (a & c) ^ (b & c));
    h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
  }
  const Sha256State mixed{a, b, c, d, e, f, g, h};
  for (int i = 0; i < 8; ++i) state[i] += mixed[i];
}

std::string hexadecimal(const Sha256State& state) {
  std::string text;
  for (uint32_t word : state) {
    for (int shift = 28; shift >= 0; shift -= 4) text += "0123456789abcdef"[word >> shift & 15];
  }
  return text;
}

Sha256Blocks best_blocks() {
  static const Sha256Blocks x86 =
      isa::best_simd_level() == isa::SimdLevel::plain ? nullptr : x86_sha256_blocks();
  return x86 ? x86 : &sha256_blocks_plain;
}

}  // namespace

void sha256_blocks_plain(Sha256State& state, const uint8_t* blocks, size_t count) {
  for (size_t block = 0; block < count; ++block) compress(state, blocks + block * kBlockBytes);
}

Sha256::Sha256()
    : take_blocks_(best_blocks()), state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                          0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19} {}

void Sha256::add(std::string_view bytes) {
  const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
  size_t left = bytes.size();
  const size_t held = bytes_ % kBlockBytes;
  bytes_ += left;
  if (held > 0) {
    const size_t taken = std::min(left, kBlockBytes - held);
    std::memcpy(rest_ + held, data, taken);
    data += taken;
    left -= taken;
    if (held + taken < kBlockBytes) return;
    take_blocks_(state_, rest_, 1);
  }
  take_blocks_(state_, data, left / kBlockBytes);
  if (left % kBlockBytes > 0) std::memcpy(rest_, data + (left - left % kBlockBytes), left % kBlockBytes);
}

// The rest, a one bit, zeros, and the length in bits: one block, or two if the length does not fit behind the
// rest.
std::string Sha256::finish() {
  const size_t held = bytes_ % kBlockBytes;
  const size_t tail_bytes = held + 9 <= kBlockBytes ? kBlockBytes : 2 * kBlockBytes;
  std::memset(rest_ + held, 0, tail_bytes - held);
  rest_[held] = 0x80;
  for (int i = 0; i < 8; ++i) rest_[tail_bytes - 1 - i] = static_cast<uint8_t>(bytes_ * 8 >> 8 * i);
  take_blocks_(state_, rest_, tail_bytes / kBlockBytes);
  return hexadecimal(state_);
}

std::string sha256_hex(std::string_view bytes) {
  Sha256 sum;
  sum.add(bytes);
  return sum.finish();
}

}  // namespace mmasim
