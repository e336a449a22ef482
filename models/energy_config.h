// Energy of single events, in picojoules. Relative and uncalibrated: no public figure validates it
// (hardware.md 7).
#pragma once

#include <cstdint>

#include "isa/kit/config_field.h"

namespace mmasim::models {

struct EnergyConfig {
  double mma_mac8_pj = 0.075;
  double mma_mac16_pj = 0.25;
  double mma_mac32_pj = 0.875;
  double dsp_operation8_pj = 0.15;
  double dsp_operation16_pj = 0.5;
  double dsp_operation32_pj = 1.75;
  double dsp_float32_pj = 2.3;
  double dma_pj_per_byte = 0.5;
  double noc_pj_per_byte = 1.0;
  double l1_pj_per_byte = 0.6;
  double l2_pj_per_byte = 2.1;
  double l3_pj_per_byte = 8.8;
  double ddr_read_pj_per_byte = 64.0;
  double ddr_write_pj_per_byte = 64.0;
  double ddr_activate_pj = 2000.0;
  double ddr_refresh_pj = 60000.0;
  double static_mw = 500.0;

  static constexpr auto keys = make_field_list(
      key(&EnergyConfig::mma_mac8_pj, "mma_mac8_pj", "pJ", 0, 1e6,
          "8-bit multiply (0.2) and 32-bit add (0.1) at 45 nm, times 0.25 (hardware.md 7)"),
      key(&EnergyConfig::mma_mac16_pj, "mma_mac16_pj", "pJ", 0, 1e6,
          "16-bit multiply (0.8) and 64-bit add (0.2) at 45 nm, times 0.25 (hardware.md 7)"),
      key(&EnergyConfig::mma_mac32_pj, "mma_mac32_pj", "pJ", 0, 1e6,
          "32-bit multiply (3.1) and 128-bit add (0.4) at 45 nm, times 0.25 (hardware.md 7)"),
      key(&EnergyConfig::dsp_operation8_pj, "dsp_operation8_pj", "pJ", 0, 1e6,
          "element operation of 8 bits on the vector core: twice the array's, for its registers [?]"),
      key(&EnergyConfig::dsp_operation16_pj, "dsp_operation16_pj", "pJ", 0, 1e6,
          "element operation of 16 bits on the vector core: twice the array's [?]"),
      key(&EnergyConfig::dsp_operation32_pj, "dsp_operation32_pj", "pJ", 0, 1e6,
          "element operation of 32 bits on the vector core: twice the array's [?]"),
      key(&EnergyConfig::dsp_float32_pj, "dsp_float32_pj", "pJ", 0, 1e6,
          "element operation on 32-bit reals: multiply (3.7) and add (0.9) at 45 nm, times 0.25, twice for "
          "registers "
          "(hardware.md 7) [?]"),
      key(&EnergyConfig::dma_pj_per_byte, "dma_pj_per_byte", "pJ", 0, 1e6,
          "a byte through the DMA engine [?]"),
      key(&EnergyConfig::noc_pj_per_byte, "noc_pj_per_byte", "pJ", 0, 1e6,
          "a byte over the interconnect to or from L3 or DDR [?]"),
      key(&EnergyConfig::l1_pj_per_byte, "l1_pj_per_byte", "pJ", 0, 1e6,
          "32 KB of SRAM: 20 pJ for 64 bits at 45 nm, times 0.25 (hardware.md 7) [?]"),
      key(&EnergyConfig::l2_pj_per_byte, "l2_pj_per_byte", "pJ", 0, 1e6,
          "448 KB of SRAM: 100 pJ for 64 bits of 1 MB, by the root of the size, times 0.25 (hardware.md 7) "
          "[?]"),
      key(&EnergyConfig::l3_pj_per_byte, "l3_pj_per_byte", "pJ", 0, 1e6,
          "8 MB of SRAM: 100 pJ for 64 bits of 1 MB, by the root of the size, times 0.25 (hardware.md 7) "
          "[?]"),
      key(&EnergyConfig::ddr_read_pj_per_byte, "ddr_read_pj_per_byte", "pJ", 0, 1e6,
          "LPDDR4 read, 8 pJ a bit; with activates and refreshes about 9 all in (hardware.md 7)"),
      key(&EnergyConfig::ddr_write_pj_per_byte, "ddr_write_pj_per_byte", "pJ", 0, 1e6,
          "LPDDR4 write, 8 pJ a bit; with activates and refreshes about 9 all in (hardware.md 7)"),
      key(&EnergyConfig::ddr_activate_pj, "ddr_activate_pj", "pJ", 0, 1e9,
          "activate and precharge of one row in all devices of a channel [?]"),
      key(&EnergyConfig::ddr_refresh_pj, "ddr_refresh_pj", "pJ", 0, 1e9,
          "refresh of all banks of a rank, once every tREFI [?]"),
      key(&EnergyConfig::static_mw, "static_mw", "mW", 0, 1e6, "leakage and clocks, over all the time [?]"));
};

}  // namespace mmasim::models
