// Field tables -> rows of text.
#include "isa/encoding/describe_rows.h"

#include <iterator>

#include "isa/encoding/field_text.h"
#include "isa/encoding/instruction_table.h"
#include "isa/machine.h"

namespace mmasim::isa {
namespace {

template <class Enum>
constexpr const char* kEnumerationName = nullptr;
template <>
constexpr const char* kEnumerationName<Element> = "element";
template <>
constexpr const char* kEnumerationName<Rounding> = "rounding";
template <>
constexpr const char* kEnumerationName<Overflow> = "overflow";
template <>
constexpr const char* kEnumerationName<TableMode> = "table_mode";
template <>
constexpr const char* kEnumerationName<FloatOperation> = "float_operation";
template <>
constexpr const char* kEnumerationName<FloatFunction> = "float_function";
template <>
constexpr const char* kEnumerationName<FloatPool> = "float_pool";
template <>
constexpr const char* kEnumerationName<Setup> = "setup";
template <>
constexpr const char* kEnumerationName<Unit> = "unit";
template <>
constexpr const char* kEnumerationName<Space> = "memory";

template <class Member>
const char* type_name() {
  if constexpr (kIsAddress<Member>) {
    return "address";
  } else if constexpr (std::is_enum_v<Member>) {
    return kEnumerationName<Member>;
  } else if constexpr (kIsReal<Member>) {
    return "real";
  } else {
    return kIsSignedInteger<Member> ? "signed" : "unsigned";
  }
}

template <class Struct, class Member>
FieldRow field_row(const Struct& defaults, const Field<Struct, Member>& f) {
  FieldRow row{f.name, f.bytes, type_name<Member>(), "", kIsAddress<Member> ? "" : f.unit, f.sentence};
  append_text(row.default_text, defaults.*f.member);
  return row;
}

template <class Struct>
std::vector<FieldRow> field_rows() {
  const Struct defaults;
  std::vector<FieldRow> rows;
  for_each_field<Struct>([&](const auto& f) { rows.push_back(field_row(defaults, f)); });
  return rows;
}

template <class Struct, class = void>
struct ActionOf {
  static constexpr const char* text = "";
};
template <class Struct>
struct ActionOf<Struct, std::void_t<decltype(Struct::action)>> {
  static constexpr const char* text = Struct::action;
};

template <class Enum>
EnumerationRow enumeration_row() {
  return {kEnumerationName<Enum>, {std::begin(Words<Enum>::list), std::end(Words<Enum>::list)}};
}

}  // namespace

std::vector<InstructionRow> instruction_rows() {
  std::vector<InstructionRow> rows;
  for_each_instruction([&rows](auto type) {
    using Struct = typename decltype(type)::type;
    rows.push_back({Struct::mnemonic, decltype(type)::opcode, encoded_bytes_of<Struct>(), Struct::sentence,
                    ActionOf<Struct>::text, field_rows<Struct>()});
  });
  return rows;
}

std::vector<EnumerationRow> enumeration_rows() {
  return {enumeration_row<Element>(),   enumeration_row<Rounding>(),       enumeration_row<Overflow>(),
          enumeration_row<TableMode>(), enumeration_row<Setup>(),          enumeration_row<Unit>(),
          enumeration_row<Space>(),     enumeration_row<FloatOperation>(), enumeration_row<FloatFunction>(),
          enumeration_row<FloatPool>()};
}

std::vector<FieldRow> machine_rows() { return field_rows<Machine>(); }

}  // namespace mmasim::isa
