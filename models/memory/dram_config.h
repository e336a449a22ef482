// The DRAM a controller drives: geometry, timing in DRAM clock cycles, queues and policies. Plain resolved
// values; the defaults are one 32-bit LPDDR4-4266 channel (hardware.md, section 3). Decodes no address:
// dram_address_map.h.
#pragma once

#include <cstdint>
#include <string>

#include "isa/kit/config_field.h"

namespace mmasim::models {

constexpr uint32_t kDramMostBanks = 64;         // of all ranks of a channel: a set of banks is one word
constexpr uint32_t kDramDeepestBankQueue = 32;  // kept inside the bank's state

struct DramConfig {
  double clock_period_ns = 0.46875;

  // Geometry. Counts are powers of two.
  uint32_t channels = 1;
  uint32_t ranks = 1;
  uint32_t banks = 8;
  uint32_t rows = 65536;
  uint32_t columns = 1024;
  uint32_t bus_width_bits = 32;
  uint32_t burst_length = 16;
  std::string address_mapping = "column bank rank channel row";

  // Timing.
  uint32_t cl_cycles = 36;
  uint32_t cwl_cycles = 18;
  uint32_t trcd_cycles = 39;
  uint32_t trp_cycles = 45;
  uint32_t tras_cycles = 90;
  uint32_t trrd_cycles = 22;
  uint32_t tfaw_cycles = 86;
  uint32_t twtr_cycles = 22;
  uint32_t twr_cycles = 39;
  uint32_t trtp_cycles = 16;
  uint32_t tccd_cycles = 8;
  uint32_t tppd_cycles = 4;
  uint32_t trtrs_cycles = 1;
  uint32_t trfc_cycles = 597;
  uint32_t trefi_cycles = 8328;

  // Policies and queues.
  bool refresh = true;
  std::string page_policy = "open";
  uint32_t transaction_queue_depth = 32;
  uint32_t bank_queue_depth = 8;
  uint32_t write_drain_threshold = 8;
  uint32_t row_hit_limit = 4;

  uint32_t burst_bytes() const { return bus_width_bits / 8 * burst_length; }
  uint32_t burst_cycles() const { return burst_length / 2; }  // two transfers a clock cycle
  uint64_t channel_bytes() const { return uint64_t{ranks} * banks * rows * columns * (bus_width_bits / 8); }
  uint64_t capacity_bytes() const { return channels * channel_bytes(); }
  double peak_gbps() const { return channels * (burst_bytes() / (burst_cycles() * clock_period_ns)); }

  static constexpr auto keys = make_field_list(
      key(&DramConfig::clock_period_ns, "clock_period_ns", "ns", 0.1, 100,
          "period of the DRAM clock, on which all DRAM timing is counted; two transfers a period "
          "(LPDDR4-4266: 0.46875)"),
      key(&DramConfig::channels, "channels", "", 1, 16,
          "independent channels, each with its own controller; a power of two"),
      key(&DramConfig::ranks, "ranks", "", 1, 4, "ranks of a channel, which share its buses; a power of two"),
      key(&DramConfig::banks, "banks", "", 1, kDramMostBanks, "banks of a rank; a power of two"),
      key(&DramConfig::rows, "rows", "", 1, 1048576, "rows of a bank; a power of two"),
      key(&DramConfig::columns, "columns", "", 16, 65536,
          "columns of a row, each as wide as the data bus; a power of two"),
      key(&DramConfig::bus_width_bits, "bus_width_bits", "bits", 8, 512,
          "width of a channel's data bus, all devices in lock step together; a power of two"),
      key(&DramConfig::burst_length, "burst_length", "", 2, 64,
          "transfers of one read or write command; a power of two"),
      key(&DramConfig::address_mapping, "address_mapping", "", 0, 0,
          "what the address bits above the burst select, from the lowest: each of column, bank, rank, "
          "channel, row; "
          "'field:N' takes the next N bits of a field, a bare name takes all that are left of it"),
      key(&DramConfig::cl_cycles, "cl_cycles", "cycles", 1, 1000, "CL: read command to its first data"),
      key(&DramConfig::cwl_cycles, "cwl_cycles", "cycles", 1, 1000, "CWL: write command to its first data"),
      key(&DramConfig::trcd_cycles, "trcd_cycles", "cycles", 1, 1000,
          "tRCD: activate to a read or write of the same bank"),
      key(&DramConfig::trp_cycles, "trp_cycles", "cycles", 1, 1000,
          "tRP: precharge to the next activate of the same bank, or to a refresh"),
      key(&DramConfig::tras_cycles, "tras_cycles", "cycles", 1, 1000,
          "tRAS: activate to precharge of the same bank"),
      key(&DramConfig::trrd_cycles, "trrd_cycles", "cycles", 1, 1000,
          "tRRD: activate to activate of another bank of the rank"),
      key(&DramConfig::tfaw_cycles, "tfaw_cycles", "cycles", 1, 1000,
          "tFAW: window in which a rank takes at most four activates"),
      key(&DramConfig::twtr_cycles, "twtr_cycles", "cycles", 1, 1000,
          "tWTR: last data of a write to a read command of the same rank"),
      key(&DramConfig::twr_cycles, "twr_cycles", "cycles", 1, 1000,
          "tWR: last data of a write to precharge of the same bank"),
      key(&DramConfig::trtp_cycles, "trtp_cycles", "cycles", 1, 1000,
          "tRTP: read command to precharge of the same bank"),
      key(&DramConfig::tccd_cycles, "tccd_cycles", "cycles", 1, 1000,
          "tCCD: read to read, or write to write, of the same rank"),
      key(&DramConfig::tppd_cycles, "tppd_cycles", "cycles", 1, 1000,
          "tPPD: precharge to precharge of another bank of the rank (LPDDR4: 4)"),
      key(&DramConfig::trtrs_cycles, "trtrs_cycles", "cycles", 0, 1000,
          "tRTRS: idle data bus cycles when the bus changes direction or rank"),
      key(&DramConfig::trfc_cycles, "trfc_cycles", "cycles", 1, 100000,
          "tRFC: refresh of all banks to the next command of the rank"),
      key(&DramConfig::trefi_cycles, "trefi_cycles", "cycles", 100, 10000000,
          "tREFI: from one refresh of a rank to the next"),
      key(&DramConfig::refresh, "refresh", "", 0, 0,
          "whether all banks of a rank are refreshed together every tREFI"),
      key(&DramConfig::page_policy, "page_policy", "", 0, 0,
          "open: a row stays open after its accesses; closed: every access precharges its bank"),
      key(&DramConfig::transaction_queue_depth, "transaction_queue_depth", "", 1, 1024,
          "bursts a channel holds before they become commands: so many reads and so many writes"),
      key(&DramConfig::bank_queue_depth, "bank_queue_depth", "", 1, kDramDeepestBankQueue,
          "commands queued for one bank"),
      key(&DramConfig::write_drain_threshold, "write_drain_threshold", "", 0, 1024,
          "waiting writes above which a channel turns to writing although its write buffer is not full, once "
          "no command is queued"),
      key(&DramConfig::row_hit_limit, "row_hit_limit", "", 1, 1000000,
          "accesses of one open row after which an older request of another row is no longer overtaken"));
};

}  // namespace mmasim::models
