// The kernels that AVX-512 VNNI has for signed B (kernels.h says what each does). x86-64 only.
#pragma once

#include "isa/semantics/kernels.h"

namespace mmasim::isa::vnni {

void gather_bytes(const Gather& from, uint8_t flip, uint8_t* a);
void widen_quads(const uint8_t* panel, size_t row_bytes, uint32_t rows, uint32_t columns, int8_t* b,
                 int32_t* correction);
void multiply_quads(const QuadProduct& product);
void gather_split(const Gather& from, bool is_signed, int16_t* low, int16_t* high);
void multiply_split(const SplitProduct& product);

}  // namespace mmasim::isa::vnni
