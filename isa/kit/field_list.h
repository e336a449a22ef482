// A list of values of several types, as the field tables have: what std::tuple is, without the constructors
// that make a long tuple take seconds to compile. Only constants are kept in it.
#pragma once

#include <cstddef>
#include <utility>

namespace mmasim {

template <size_t index, class Entry>
struct FieldSlot {
  Entry entry;
};

template <class Indices, class... Entries>
struct IndexedFieldList;

template <size_t... indices, class... Entries>
struct IndexedFieldList<std::index_sequence<indices...>, Entries...> : FieldSlot<indices, Entries>... {
  static constexpr size_t size() { return sizeof...(Entries); }

  // Calls visit(entry) for each, in order.
  template <class Visit>
  constexpr void for_each([[maybe_unused]] Visit&& visit) const {
    (visit(FieldSlot<indices, Entries>::entry), ...);
  }
};

template <class... Entries>
using FieldList = IndexedFieldList<std::index_sequence_for<Entries...>, Entries...>;

template <class... Entries>
constexpr FieldList<Entries...> make_field_list(Entries... entries) {
  return {{entries}...};
}

template <size_t index, class Entry>
constexpr const Entry& field_at(const FieldSlot<index, Entry>& slot) {
  return slot.entry;
}

}  // namespace mmasim
