// The instructions of the matrix array at host speed. isa/semantics defines them.
#pragma once

#include "isa/executor/core/registers.h"

namespace mmasim::isa {

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

}  // namespace mmasim::isa
