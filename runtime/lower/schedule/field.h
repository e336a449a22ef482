// How numbers become fields of instructions: by value or not at all, never by their low bits. field() is for
// what a network asks for, and refuses it; exactly<>() is for what lowering itself has bounded, and calls a
// breach a defect. Neither knows a layer: at_place() adds it.
#pragma once

#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "runtime/user_error.h"

namespace mmasim::runtime {

// A number of a network that an instruction cannot hold. at_place() makes it the user's mistake.
struct FieldOverflow : std::runtime_error {
  using std::runtime_error::runtime_error;
};

template <class Member>
constexpr bool holds(int64_t value) {
  static_assert(std::is_integral_v<Member> && sizeof(Member) < sizeof(int64_t));
  return value >= int64_t{std::numeric_limits<Member>::min()} &&
         value <= int64_t{std::numeric_limits<Member>::max()};
}

template <class Member>
std::string seen_and_allowed(const char* name, int64_t value) {
  return std::string(name) + " is " + std::to_string(value) + "; an instruction holds " +
         std::to_string(std::numeric_limits<Member>::min()) + ".." +
         std::to_string(std::numeric_limits<Member>::max());
}

// Becomes whatever integer it is assigned to, or throws FieldOverflow.
class FieldValue {
 public:
  constexpr FieldValue(int64_t value, const char* name) : value_(value), name_(name) {}

  template <class Member>
  constexpr operator Member() const {  // NOLINT(google-explicit-constructor): an assignment is its purpose
    if (!holds<Member>(value_)) throw FieldOverflow(seen_and_allowed<Member>(name_, value_));
    return static_cast<Member>(value_);
  }

 private:
  int64_t value_;
  const char* name_;
};

// instruction.count_y = field(rows, "count_y");
constexpr FieldValue field(int64_t value, const char* name) { return {value, name}; }

// The stride of an axis of `count` steps. One step moves nowhere: 0 then stands for what does not fit.
constexpr FieldValue stride_field(int64_t stride, int64_t count, const char* name) {
  return {count == 1 && !holds<int32_t>(stride) ? 0 : stride, name};
}

template <class Member>
constexpr Member exactly(int64_t value, const char* name) {
  if (!holds<Member>(value)) throw std::logic_error("lowering: " + seen_and_allowed<Member>(name, value));
  return static_cast<Member>(value);
}

// Runs work; what does not fit becomes a mistake of the user at that place: "node 'pool' (MaxPool)".
template <class Work>
void at_place(const std::string& place, Work&& work) {
  try {
    work();
  } catch (const FieldOverflow& overflow) {
    throw UserError(place + ": " + overflow.what());
  }
}

}  // namespace mmasim::runtime
