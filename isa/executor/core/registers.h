// The registers of isa/semantics/registers.h as the host keeps them for speed, for isa/executor only.
#pragma once

#include <cstdint>
#include <vector>

#include "isa/executor/core/banks.h"
#include "isa/executor/core/execute_core.h"
#include "isa/executor/core/worker.h"
#include "isa/semantics/array_settings.h"

namespace mmasim::isa {

// Columns of a row in the storage of B and C banks.
inline uint32_t storage_columns(const ArraySettings& settings) { return padded_columns(settings.panel()); }

inline DepthPattern depth_pattern(const MmaPattern& p) { return {p.k0, p.k1, p.k1_stride, p.k2_stride}; }

inline PanelOperands panel_operands(const ArraySettings& settings) {
  return {settings.config.a, settings.config.b, settings.machine.array_bytes};
}

struct CoreState::Registers : Worker, ArraySettings {
  explicit Registers(const Machine& machine);
  void reset();  // as after construction, without allocating

  BBank& b_bank(uint32_t index);
  CBank& c_bank(uint32_t index);

  StageSet dsp_stage;
  std::vector<BBank> b;
  std::vector<CBank> c;
};

}  // namespace mmasim::isa
