// What the instructions of the matrix array do to the core's state and to memory.
#pragma once

#include "isa/executor/core/registers.h"

namespace mmasim::isa {

// A change of the operands' width empties the C banks: accumulators of one width mean nothing in another.
void execute(const MmaConfig&, CoreState::Registers&, const MemoryView&);
void execute(const MmaPattern&, CoreState::Registers&, const MemoryView&);
void execute(const MmaStorePattern&, CoreState::Registers&, const MemoryView&);
void execute(const MmaLoadB&, CoreState::Registers&, const MemoryView&);
void execute(const MmaStream&, CoreState::Registers&, const MemoryView&);
void execute(const MmaTransfer&, CoreState::Registers&, const MemoryView&);
void execute(const MmaRange&, CoreState::Registers&, const MemoryView&);
void execute(const StageSet&, CoreState::Registers&, const MemoryView&);

// The panel alone, whatever the operands: touches nothing but the bank.
void load_panel(const MmaLoadB&, uint32_t array_bytes, BBank&, const MemoryView&);

// Widens the bank for the operands now configured, unless it is already.
void widen(const CoreState::Registers&, BBank&);

// A number of rows, columns or depths that the panel does not have is a bug of the caller.
void require_panel(uint32_t count, const CoreState::Registers&, const char* what);

}  // namespace mmasim::isa
