// What a field of so many bytes can hold, by the type of its member: the ranges that encode, decode and the
// assembler enforce and name in their messages.
#pragma once

#include <cstdint>
#include <string>
#include <type_traits>

#include "isa/encoding/words.h"
#include "isa/kit/float_bits.h"

namespace mmasim::isa {

template <class Member>
constexpr bool kIsAddress = std::is_same_v<Member, Address>;
template <class Member>
constexpr bool kIsSignedInteger = std::is_integral_v<Member>&& std::is_signed_v<Member>;

template <class Member>
constexpr bool kIsReal = std::is_same_v<Member, float>;  // any number; a NaN is none

// Of strings and lists, far above those of any real program.
constexpr uint32_t kMaxStringBytes = 1 << 16;
constexpr uint32_t kMaxListEntries = 1 << 20;

constexpr uint64_t largest_unsigned(uint32_t bytes) {
  return bytes >= 8 ? ~uint64_t{0} : (uint64_t{1} << (8 * bytes)) - 1;
}
constexpr int64_t largest_signed(uint32_t bytes) {
  return static_cast<int64_t>(largest_unsigned(bytes) >> 1);
}
constexpr int64_t smallest_signed(uint32_t bytes) { return -largest_signed(bytes) - 1; }

constexpr int64_t sign_extended(uint64_t value, uint32_t bytes) {
  const uint64_t sign = uint64_t{1} << (8 * bytes - 1);
  return static_cast<int64_t>((value ^ sign) - sign);
}

// An address is a memory with an offset, or nothing at all.
constexpr bool is_valid_address(uint64_t raw) {
  const uint64_t space = raw >> 40;
  return raw == 0 || (space >= 1 && space < number_of_words<Space>());
}

template <class Member>
constexpr bool fits(Member value, uint32_t bytes) {
  if constexpr (kIsAddress<Member>) {
    return is_valid_address(value.raw);
  } else if constexpr (std::is_enum_v<Member>) {
    return static_cast<uint64_t>(value) < number_of_words<Member>();
  } else if constexpr (kIsReal<Member>) {
    return value == value;
  } else if constexpr (kIsSignedInteger<Member>) {
    return value >= smallest_signed(bytes) && value <= largest_signed(bytes);
  } else {
    return value <= largest_unsigned(bytes);
  }
}

// "0..255", "none or l2, l3, ddr with an offset": the allowed values, for messages.
template <class Member>
std::string allowed_values(uint32_t bytes) {
  if constexpr (kIsAddress<Member>) {
    return "none, or l2, l3 or ddr with an offset below 2^40";
  } else if constexpr (std::is_enum_v<Member>) {
    return "0.." + std::to_string(number_of_words<Member>() - 1);
  } else if constexpr (kIsReal<Member>) {
    return "a number, inf or -inf";
  } else if constexpr (kIsSignedInteger<Member>) {
    return std::to_string(smallest_signed(bytes)) + ".." + std::to_string(largest_signed(bytes));
  } else {
    return "0.." + std::to_string(largest_unsigned(bytes));
  }
}

}  // namespace mmasim::isa
