// Field tables of everything in a Program that is not an instruction, so that the program file, the assembly
// text and equality walk over the same members under the same names. Widths count for the integers only.
#pragma once

#include <string>

#include "isa/program.h"

namespace mmasim::isa {

template <class Struct>
struct TableOf {
  static constexpr auto fields = Struct::fields;
};

template <>
struct TableOf<Machine> {
  struct Fields {  // the name, which is no promise, and the promises
    template <class Visit>
    void for_each(Visit&& visit) const {
      visit(field(&Machine::name, "name", 0, "", "what reports call the machine"));
      Machine::fields.for_each(visit);
    }
  };
  static constexpr Fields fields{};
};

// What the program says of itself; its lists, code and constants stand apart.
template <>
struct TableOf<Program> {
  static constexpr auto fields = make_field_list(
      field(&Program::network, "network", 0, "", "the network it was lowered from"),
      field(&Program::precision, "precision", 0, "", "precision of the run"),
      field(&Program::constants_bytes, "constants_bytes", 8, "bytes", "constants, from ddr:0 on"),
      field(&Program::l2_bytes_used, "l2_bytes_used", 8, "bytes", "high-water mark of L2"),
      field(&Program::l3_bytes_used, "l3_bytes_used", 8, "bytes", "high-water mark of L3"),
      field(&Program::ddr_bytes_used, "ddr_bytes_used", 8, "bytes",
            "high-water mark of DDR, constants included"),
      field(&Program::accumulator_proven, "accumulator_proven", 1, "", "1: no accumulator can overflow"));
};

template <>
struct TableOf<LayerInfo> {
  static constexpr auto fields = make_field_list(
      field(&LayerInfo::name, "name", 0, "", "what reports call the layer"),
      field(&LayerInfo::kind, "kind", 0, "", "conv, depthwise, gemm, pool, ..."),
      field(&LayerInfo::precision, "precision", 0, "", "int8, int16, int32"),
      field(&LayerInfo::dataflow, "dataflow", 0, "", "order of traversal that lowering chose"),
      field(&LayerInfo::operators, "operators", 0, "", "the network's nodes it covers"),
      field(&LayerInfo::macs, "macs", 8, "", "multiply-accumulates of those nodes"),
      field(&LayerInfo::tiles, "tiles", 8, "", "tiles it is cut into"));
};

template <>
struct TableOf<TensorPlacement> {
  static constexpr auto fields = make_field_list(
      field(&TensorPlacement::name, "name", 0, "", "the network's name of the tensor"),
      field(&TensorPlacement::element, "element", 1, "", "element type"),
      field(&TensorPlacement::shape, "shape", 8, "elements", "logical shape"),
      field(&TensorPlacement::strides_bytes, "strides_bytes", 8, "bytes", "one stride per dimension"),
      field(&TensorPlacement::address, "address", 6, "address", "of the first element"),
      field(&TensorPlacement::ready_token, "ready_token", 2, "", "token that says the tensor is whole"),
      field(&TensorPlacement::ready_count, "ready_count", 4, "", "count at which it is"),
      field(&TensorPlacement::inv_step, "inv_step", 8, "", "float = (integer - zero_point) / inv_step"),
      field(&TensorPlacement::zero_point, "zero_point", 8, "", "integer that stands for 0"),
      field(&TensorPlacement::input_rounding, "input_rounding", 1, "", "how a float becomes an integer"));
};

template <class Struct, class Visit>
void for_each_table_field(Visit&& visit) {
  TableOf<Struct>::fields.for_each(visit);
}

}  // namespace mmasim::isa
