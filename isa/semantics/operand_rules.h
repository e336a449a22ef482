// What the operands of an instruction must be, whoever executes it. verify_program() proves it for programs;
// anything else is a bug of the caller (std::logic_error).
#pragma once

#include <cstdint>

#include "isa/semantics/array_settings.h"

namespace mmasim::isa {

// No more rows, columns or depths than the panel has.
void require_panel(uint32_t count, const ArraySettings& settings, const char* what);

// A raw stage writes accumulators in their own width.
void require_raw_width(const StageSet& stage, Element accumulator);

void require_whole_elements(const DmaFill& fill);
void require_b_channels(uint32_t b_channels, uint32_t channels, const char* mnemonic);  // as many, or 1
void require_alike(Element src, Element weight);  // of dsp.depthwise: as wide, at most 32 bits
void require_accumulator(Element src);            // of dsp.requantize
void require_table(Element src, int fraction_bits, const char* mnemonic);
void require_factors(uint32_t factor_y, uint32_t factor_x);   // of dsp.resize
void require_permutable(uint32_t bytes);                      // of dsp.permute's elements
void require_integer(Element element, const char* mnemonic);  // of at most 32 bits
void require_real_pair(Element src, Element dst);             // of dsp.convert: f16 and f32
void require_indices(uint32_t bits, uint32_t element_bytes);  // of dsp.unpack

}  // namespace mmasim::isa
