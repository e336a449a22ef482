// The field-table idiom: a struct and a list of its fields, each with its width and one sentence. Walkers
// over the table encode, decode, print, parse and document; nobody writes a field's name twice.
#pragma once

#include <cstdint>

#include "isa/kit/field_list.h"

namespace mmasim::isa {

template <class Struct, class Member>
struct Field {
  Member Struct::*member;
  const char* name;
  uint32_t bytes;    // in the encoding, little endian; signed members are sign-extended from this width
  const char* unit;  // "bytes", "elements", "" where it has none
  const char* sentence;
};

template <class Struct, class Member>
constexpr Field<Struct, Member> field(Member Struct::*member, const char* name, uint32_t bytes,
                                      const char* unit, const char* sentence) {
  return {member, name, bytes, unit, sentence};
}

// Calls visit(field) for every field of Struct, in encoding order.
template <class Struct, class Visit>
constexpr void for_each_field(Visit&& visit) {
  Struct::fields.for_each(visit);
}

}  // namespace mmasim::isa
