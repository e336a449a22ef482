// B panels as their kernels take them (PackedPanel of registers.h): their room, and how they are made from
// the rows in memory.
#pragma once

#include "isa/executor/core/registers.h"
#include "isa/instruction.h"
#include "isa/machine.h"

namespace mmasim::isa {

// Whether there are kernels for packed panels of these operands: signed B of 8 or 16 bits.
bool takes_packed_panels(const MmaConfig& config);

// The room of a panel of any operands, a multiple of 64.
size_t packed_panel_bytes(const Machine& machine);

// `bytes`: the panel's `rows` rows of array_bytes. The result points into `storage`, which begins on a cache
// line.
PackedPanel pack_panel(const uint8_t* bytes, uint32_t rows, const MmaConfig& config, const Machine& machine,
                       uint8_t* storage);

}  // namespace mmasim::isa
