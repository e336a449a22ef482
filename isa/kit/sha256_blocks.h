// The compression function of SHA-256 over whole blocks of 64 bytes, in one form for each kind of host. All
// forms give the same state.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace mmasim {

using Sha256State = std::array<uint32_t, 8>;
using Sha256Blocks = void (*)(Sha256State& state, const uint8_t* blocks, size_t count);

// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
extern const std::array<uint32_t, 64> kSha256Round;

void sha256_blocks_plain(Sha256State& state, const uint8_t* blocks, size_t count);

// With the processor's own instructions for it; null where there are none.
Sha256Blocks x86_sha256_blocks();

}  // namespace mmasim
