// Equality of instructions, machines and programs, member by member along their field tables.
#pragma once

#include <type_traits>

#include "isa/program/program_tables.h"

namespace mmasim::isa {

template <class Struct>
bool equal_by_table(const Struct& a, const Struct& b) {
  bool equal = true;
  for_each_table_field<Struct>([&](const auto& f) { equal = equal && a.*f.member == b.*f.member; });
  return equal;
}

template <class Struct, class = decltype(Struct::fields)>
bool operator==(const Struct& a, const Struct& b) {
  return equal_by_table(a, b);
}
inline bool operator==(const LayerInfo& a, const LayerInfo& b) { return equal_by_table(a, b); }
inline bool operator==(const TensorPlacement& a, const TensorPlacement& b) { return equal_by_table(a, b); }

inline bool operator==(const Program& a, const Program& b) {
  return equal_by_table(a, b) && a.machine == b.machine && a.code == b.code &&
         a.instruction_count == b.instruction_count && a.constants == b.constants && a.inputs == b.inputs &&
         a.outputs == b.outputs && a.intermediates == b.intermediates && a.layers == b.layers;
}

template <class Struct, class = decltype(Struct::fields)>
bool operator!=(const Struct& a, const Struct& b) {
  return !(a == b);
}
inline bool operator!=(const Program& a, const Program& b) { return !(a == b); }

}  // namespace mmasim::isa
