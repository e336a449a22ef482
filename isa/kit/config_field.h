// The field-table idiom for configuration: a struct of resolved values and a list of its keys, each with
// unit, range and one sentence (with its source where it has one). sim/config reads YAML through it, rejects
// unknown keys, checks ranges and units, and prints docs/config.md.
#pragma once

#include <cstdint>

#include "isa/kit/field_list.h"

namespace mmasim {

template <class Struct, class Member>
struct ConfigField {
  Member Struct::*member;  // uint32_t, uint64_t, double, bool or std::string
  const char* name;        // ends in its unit: _cycles, _bytes, _mhz, _pj, ...
  const char* unit;        // "cycles", "bytes", "MHz", "ns", "bytes/cycle", "pJ", "" for counts and ratios
  double min, max;         // inclusive; ignored for bool and string
  const char* sentence;
};

template <class Struct, class Member>
constexpr ConfigField<Struct, Member> key(Member Struct::*member, const char* name, const char* unit,
                                          double min, double max, const char* sentence) {
  return {member, name, unit, min, max, sentence};
}

template <class Struct, class Visit>
constexpr void for_each_key(Visit&& visit) {
  Struct::keys.for_each(visit);
}

}  // namespace mmasim
