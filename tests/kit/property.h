// Properties that hold for whatever is drawn. This is rapidcheck, which draws, shrinks and prints, behind
// functions that are compiled once: included in every test, it would take half of the time that tests take to
// compile.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <string>
#include <type_traits>

// In a property: fails it, with the text of the condition. What was drawn is printed by the property.
#define PROPERTY_ASSERT(...) \
  ((__VA_ARGS__) ? void() : ::mmasim::tests::fail_property(#__VA_ARGS__, __FILE__, __LINE__))

namespace mmasim::tests {

[[noreturn]] void fail_property(const char* condition, const char* file, int line);
[[nodiscard]] bool holds_always(const std::string& name, const std::function<bool()>& property);
[[nodiscard]] bool holds_for_seeds(const std::string& name, const std::function<bool(uint64_t)>& property);

// True if the property holds in 100 trials. It takes nothing or a seed, and returns nothing or whether it
// holds.
template <class Property>
[[nodiscard]] bool holds(const std::string& name, const Property& property) {
  if constexpr (std::is_invocable_v<const Property&>) {
    if constexpr (std::is_void_v<std::invoke_result_t<const Property&>>) {
      return holds_always(name, [&property] { return property(), true; });
    } else {
      return holds_always(name, property);
    }
  } else {
    if constexpr (std::is_void_v<std::invoke_result_t<const Property&, uint64_t>>) {
      return holds_for_seeds(name, [&property](uint64_t seed) { return property(seed), true; });
    } else {
      return holds_for_seeds(name, property);
    }
  }
}
template <class Property>
[[nodiscard]] bool holds(const Property& property) {
  return holds("", property);
}

int64_t draw_signed(int64_t first, int64_t beyond);
uint64_t draw_unsigned(uint64_t first, uint64_t beyond);

// What follows is called within a property. One of first..beyond - 1.
template <class Integer>
Integer draw_in_range(Integer first, Integer beyond) {
  if constexpr (std::is_signed_v<Integer>) {
    return static_cast<Integer>(draw_signed(first, beyond));
  } else {
    return static_cast<Integer>(draw_unsigned(first, beyond));
  }
}

// One of several values.
template <class Value, class... Others>
Value draw_element(Value first, Others... others) {
  const Value values[] = {first, static_cast<Value>(others)...};
  return values[draw_unsigned(0, std::size(values))];
}

// Any value of a type: an integer, double, std::string, or a list of bytes, integers or strings.
template <class Value>
Value draw_any();

// `count` values, each by a call of `draw`.
template <class List, class Draw>
List draw_list(size_t count, const Draw& draw) {
  List list;
  for (size_t i = 0; i < count; ++i) list.push_back(draw());
  return list;
}

}  // namespace mmasim::tests
