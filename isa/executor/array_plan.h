// What a program's stretches of mma.load_b, mma.stream and mma.transfer compute, found once before the
// program runs: products of rows of A and a row of B panels, products with the same panels side by side, and
// where each row's results go. A stretch whose instructions could meet in memory, or in an accumulator, is
// no stretch: it runs one instruction after another. Knows no values.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "isa/executor/reach.h"
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
  uint32_t panel;  // counted from the stretch's first
  uint32_t k_start, depth;
  friend bool operator==(const PanelUse& a, const PanelUse& b) {
    return a.panel == b.panel && a.k_start == b.k_start && a.depth == b.depth;
  }
};

struct PlannedProduct {
  Address a;
  uint32_t row;  // of the pattern
  uint32_t rows;
  uint8_t c_bank;
  uint32_t kept_from = 0, kept_to = 0;  // rows that the bank must hold afterwards
  ListRange transfers;
};

// Products that begin alike (from zero or not) and take the same panels.
struct ProductGroup {
  ListRange products, uses;
  bool accumulate;
  uint32_t rows = 0, depth = 0;  // of all its products; of each
};

// A panel that a B bank held before the stretch began.
struct PreloadedPanel {
  uint8_t bank;
  uint32_t panel;        // counted from the stretch's first
  bool is_kept = false;  // the bank must hold it afterwards
};

// What an instruction of the array does to banks.
struct BankUse {
  enum Kind : uint8_t { load, stream_from_zero, stream_onto, transfer };
  BankUse(Kind what, uint8_t b, uint8_t c, uint8_t count) : kind(what), b_bank(b), c_bank(c), rows(count) {}
  Kind kind;
  uint8_t b_bank, c_bank, rows;
};

// Bytes of a program's code.
struct CodeRange {
  uint64_t first = 0, end = 0;
};

struct ArrayStretch {
  CodeRange bytes;
  ListRange panels, groups, bank_uses, reads, writes;
  bool uses_sums = false;  // a C bank is read before it is written, or must hold sums afterwards
  std::vector<PreloadedPanel> preloaded;
  std::vector<MmaLoadB> loads;       // the last of each B bank
  std::vector<MmaLoadB> kept_loads;  // those whose panels a B bank must hold afterwards
};

struct ArrayPlan {
  std::vector<ArrayStretch> stretches;  // in the program's order
  std::vector<PlannedPanel> panels;
  std::vector<PanelUse> uses;
  std::vector<PlannedProduct> products;
  std::vector<ProductGroup> groups;
  std::vector<MmaTransfer> transfers;
  std::vector<BankUse> bank_uses;  // of all the program's instructions, in stretches or not
  std::vector<Reach> reaches;      // of a stretch's memory
};

enum class Behind : uint8_t { nothing, anything };

// Fills in what must be kept behind each stretch. `behind`: what the instructions behind the plan's last may
// read of the banks.
void find_kept(ArrayPlan& plan, Behind behind);

// Takes a program's instructions in order. Whoever calls it ends a stretch before anything but the three
// kinds of instructions that make one.
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
  bool is_full() const;  // no further product should begin

  // Whether the instructions taken since the last end are a stretch; if so it is the plan's last. They are
  // these bytes of the program's code.
  bool end_stretch(CodeRange bytes);

  // The plan of what was taken since the last call.
  ArrayPlan take_plan(Behind behind);

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
  bool touches_nothing_twice();
  template <class Visit>
  void for_each_read(const Visit& visit) const;
  bool is_read(const Reach& written) const;
  void add_stretch(CodeRange bytes);
  void add_group_member(const Draft& draft, bool joins_last);
  Draft& new_draft();
  uint32_t panel_of(const MmaLoadB& load);
  void use_panel(const MmaLoadB& load);
  ListRange add_reaches(const ReachList& reaches);

  const Machine machine_;
  ArrayPlan plan_;
  MmaConfig config_;
  uint32_t panel_size_ = machine_.panel(element_bytes(config_.a));
  MmaPattern pattern_;
  MmaStorePattern store_pattern_;
  StageSet stage_;
  std::array<std::optional<MmaLoadB>, 256> loaded_;  // the last load of each B bank

  // The stretch now open.
  bool is_open_ = false, is_sound_ = false;
  uint32_t first_bank_use_ = 0;
  std::vector<PlannedPanel> panels_;
  std::vector<PreloadedPanel> preloaded_;
  std::vector<uint8_t> loaded_banks_;
  std::vector<Draft> drafts_;  // the first draft_count_ are in use
  size_t draft_count_ = 0;
  uint64_t highest_panel_ = 0;                      // address
  uint32_t last_panel_ = 0, group_panel_ = 0;       // where the next panel is looked for first
  std::array<uint32_t, 256> bank_panel_, last_of_;  // of a B bank; the last draft of a C bank
  ReachList reads_, writes_;                        // once it has ended
  std::vector<MmaTransfer> transfers_;
  std::vector<Reach> transfer_reaches_;
};

}  // namespace mmasim::isa
