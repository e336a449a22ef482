// Rows of a strided access in one TLM transaction: the payload's data holds them packed, its address is the
// first row's. A payload without the extension is one row. Memories and links of ours honour it.
#pragma once

#include <cstdint>

#include "isa/kit/units.h"
#include "models/kit/systemc.h"

namespace mmasim::models {

struct Rows {
  uint64_t rows = 1;
  uint64_t row_bytes = 0;
  int64_t stride = 0;  // bytes from row to row

  uint64_t bytes() const { return rows * row_bytes; }
  // A row begins a new beat, as ports do not merge rows.
  uint64_t beats(uint64_t bytes_per_beat) const { return rows * isa::divide_up(row_bytes, bytes_per_beat); }

  // Rows that follow one another without a gap are one row.
  static Rows packed(uint64_t rows, uint64_t row_bytes, int64_t stride) {
    if (rows == 1 || stride == static_cast<int64_t>(row_bytes)) return {1, rows * row_bytes, 0};
    return {rows, row_bytes, stride};
  }
};

struct RowsExtension : tlm::tlm_extension<RowsExtension> {
  Rows rows;
  uint64_t contention_cycles = 0;  // the memory's answer: what it waited for others than its own initiator

  tlm::tlm_extension_base* clone() const override { return new RowsExtension(*this); }
  void copy_from(const tlm::tlm_extension_base& other) override {
    const auto& extension = static_cast<const RowsExtension&>(other);
    rows = extension.rows;
    contention_cycles = extension.contention_cycles;
  }
};

inline Rows rows_of(const tlm::tlm_generic_payload& payload) {
  if (const auto* extension = payload.get_extension<RowsExtension>()) return extension->rows;
  return {1, payload.get_data_length(), 0};
}

}  // namespace mmasim::models
