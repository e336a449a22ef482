// Everything the models of one SoC are built from: resolved values, const from construction on. Reads no file
// (sim/config does). The defaults are the TDA4VM's (hardware.md).
#pragma once

#include <string>

#include "isa/machine.h"
#include "models/dma/dma_config.h"
#include "models/dsp/dsp_config.h"
#include "models/dsp/overhead_config.h"
#include "models/energy_config.h"
#include "models/interconnect/interconnect_config.h"
#include "models/memory/dram_config.h"
#include "models/memory/sram_config.h"
#include "models/mma/mma_config.h"

namespace mmasim::models {

struct SocConfig {
  std::string name = "tda4vm";
  uint32_t cores = 1;  // each runs the same network on its own; they share L3 and DDR
  isa::Machine machine;
  double core_clock_mhz =
      1000;  // of the core, the array, the DMA engine, the interconnect and the on-chip memories
  MmaConfig mma;
  DspConfig dsp;
  DmaConfig dma;
  SramConfig l2;
  BankConfig l2_banks;
  SramConfig l3{64, 64, 24};
  InterconnectConfig interconnect;
  DramConfig dram;
  OverheadConfig overhead;
  EnergyConfig energy;
};

}  // namespace mmasim::models
