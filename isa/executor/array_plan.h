// What a program's fused runs of mma.load_b, mma.stream and mma.transfer compute, found once before the
// program runs: products of rows of A and a column of B panels, products with the same panels side by side,
// and where each row's results go. Instructions that could conflict in memory or in an accumulator are not
// fused: they run one after another. Knows no values.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "isa/executor/byte_intervals.h"
#include "isa/instruction.h"
#include "isa/machine.h"

namespace mmasim::isa {

// A range in one of ArrayPlan's lists.
struct ListRange {
  uint32_t first = 0, end = 0;
  uint32_t size() const { return end - first; }
};

struct PlannedPanel {
  Address address;
  uint32_t rows;
};

struct PanelUse {
  PanelUse(uint32_t of_panel, uint32_t first, uint32_t count)
      : panel(of_panel), k_start(first), depth(count) {}
  uint32_t panel;  // index, counted from the fused run's first panel
  uint32_t k_start, depth;
  friend bool operator==(const PanelUse& a, const PanelUse& b) {
    return a.panel == b.panel && a.k_start == b.k_start && a.depth == b.depth;
  }
};

struct PlannedProduct {
  Address a;
  uint32_t row;  // first row of the pattern
  uint32_t rows;
  uint8_t c_bank;
  uint32_t kept_from = 0, kept_to = 0;  // rows that the bank must hold after the run
  ListRange transfers;
};

// Products that begin alike (from zero or not) and take the same panels.
struct ProductGroup {
  ListRange products, uses;
  bool accumulate;
  uint32_t rows = 0, depth = 0;  // rows of all its products; depth of each
};

// A panel that a B bank held before the fused run began.
struct PreloadedPanel {
  uint8_t bank;
  uint32_t panel;        // index, counted from the fused run's first panel
  bool is_kept = false;  // the bank must hold it after the run too
};

// What an instruction of the array does to banks.
struct BankUse {
  enum Kind : uint8_t { load, stream_from_zero, stream_onto, transfer };
  BankUse(Kind what, uint8_t b, uint8_t c, uint8_t count) : kind(what), b_bank(b), c_bank(c), rows(count) {}
  Kind kind;
  uint8_t b_bank, c_bank, rows;
};

// A range of bytes in a program's code.
struct CodeRange {
  uint64_t first = 0, end = 0;
};

struct FusedRun {
  CodeRange bytes;
  ListRange panels, groups, bank_uses, reads, writes;
  bool uses_sums = false;  // a C bank is read before it is written, or must hold sums afterwards
  std::vector<PreloadedPanel> preloaded;
  std::vector<MmaLoadB> loads;       // last load of each B bank
  std::vector<MmaLoadB> kept_loads;  // those whose panels a B bank must hold afterwards
};

struct ArrayPlan {
  std::vector<FusedRun> fused_runs;  // in the program's order
  std::vector<PlannedPanel> panels;
  std::vector<PanelUse> uses;
  std::vector<PlannedProduct> products;
  std::vector<ProductGroup> groups;
  std::vector<MmaTransfer> transfers;
  std::vector<BankUse> bank_uses;       // uses by all instructions, fused or not
  std::vector<ByteInterval> intervals;  // memory that fused runs read and write
};

// What may be read later.
enum class ReadLater : uint8_t { nothing, anything };

// Fills in what the banks must hold after each fused run. `later`: what instructions after the plan's last
// may read of the banks.
void find_live_banks(ArrayPlan& plan, ReadLater later);

// Takes a program's instructions in order. The caller ends a fused run before any instruction other than the
// three kinds that can be fused.
class ArrayPlanner {
 public:
  explicit ArrayPlanner(const Machine& machine) : machine_(machine) {}

  void set(const MmaConfig& i) {
    config_ = i;
    panel_size_ = machine_.panel(element_bytes(i.a));
  }
  void set(const MmaPattern& i) { pattern_ = i; }
  void set(const MmaStorePattern& i) { store_pattern_ = i; }
  void set(const StageSet& i) {
    if (i.unit == Unit::mma) stage_ = i;
  }

  void take(const MmaLoadB& load);
  void take(const MmaStream& stream);
  void take(const MmaTransfer& transfer);
  bool is_full() const;  // the open run should take no further product

  // Ends the open run, which is these bytes of the code. Returns whether it can be fused; if so the plan now
  // ends with it.
  bool end_fused_run(CodeRange bytes);

  // The plan of the instructions taken since the last call.
  ArrayPlan take_plan(ReadLater later);

 private:
  // A product as it grows. Its panels follow each other in depth.
  struct Draft {
    PlannedProduct product;
    bool accumulate;
    bool is_open;  // a stream may add to it
    uint32_t k_end;
    std::vector<PanelUse> uses;
    std::vector<MmaTransfer> transfers;
  };

  void open();
  bool has_no_conflict();
  template <class Visit>
  void for_each_read(const Visit& visit) const;
  bool is_read(const ByteInterval& written) const;
  void add_fused_run(CodeRange bytes);
  void add_to_group(const Draft& draft, bool joins_last);
  Draft& new_draft();
  uint32_t panel_of(const MmaLoadB& load);
  void use_panel(const MmaLoadB& load);
  ListRange add_intervals(const IntervalSet& intervals);

  const Machine machine_;
  ArrayPlan plan_;
  MmaConfig config_;
  uint32_t panel_size_ = machine_.panel(element_bytes(config_.a));
  MmaPattern pattern_;
  MmaStorePattern store_pattern_;
  StageSet stage_;
  std::array<std::optional<MmaLoadB>, 256> loaded_;  // the last load of each B bank

  // The fused run now open.
  bool is_open_ = false, can_fuse_ = false;
  uint32_t first_bank_use_ = 0;
  std::vector<PlannedPanel> panels_;
  std::vector<PreloadedPanel> preloaded_;
  std::vector<uint8_t> loaded_banks_;
  std::vector<Draft> drafts_;  // the first draft_count_ are in use
  size_t draft_count_ = 0;
  uint64_t highest_panel_ = 0;                      // highest panel address so far
  uint32_t last_panel_ = 0, group_panel_ = 0;       // where the next panel is looked for first
  std::array<uint32_t, 256> bank_panel_, last_of_;  // panel in each B bank; last draft of each C bank
  IntervalSet reads_, writes_;                      // found when the run ends
  std::vector<MmaTransfer> transfers_;
  std::vector<ByteInterval> transfer_intervals_;
};

}  // namespace mmasim::isa
