// The kernels of packed panels for any host (kernels.h says what each does), in loops that compilers
// vectorise.
#pragma once

#include "isa/kernels/kernels.h"

namespace mmasim::isa::plain {

uint32_t pack_bytes(const uint8_t* panel, size_t row_bytes, uint32_t rows, uint32_t columns, bool a_is_signed,
                    uint8_t* packed);
void multiply_bytes(const ByteProduct& product);
uint32_t pack_words(const uint8_t* panel, size_t row_bytes, uint32_t rows, uint32_t columns, bool a_is_signed,
                    int16_t* words, int8_t* highs, int32_t* low_correction, int32_t* high_correction);
void gather_words(const Gather& from, bool is_signed, int16_t* a, uint8_t* a_high);
void multiply_words(const WordProduct& product);

}  // namespace mmasim::isa::plain
