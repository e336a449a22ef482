// What a program's stretches of mma.load_b, mma.stream and mma.transfer compute, found once before the
// program runs: products of rows of A and a row of B panels, products with the same panels side by side, and
// where each row's results go. A stretch whose instructions could meet in memory, or in an accumulator, is
// left out: it runs one instruction after another. Knows no values.
#pragma once

#include <cstdint>
#include <vector>

#include "isa/instruction.h"
#include "isa/machine.h"
#include "isa/semantics/large_pages.h"

namespace mmasim::isa {

using InstructionList = std::vector<Instruction, LargePages<Instruction>>;

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

// A panel that a B bank held before the stretch began, if memory still holds the same.
struct PreloadedPanel {
  uint8_t bank;
  uint32_t panel;  // counted from the stretch's first
};

struct ArrayStretch {
  ListRange instructions, panels, groups;
  std::vector<PreloadedPanel> preloaded;
  std::vector<uint32_t> kept_loads;  // instructions whose panels a B bank must hold afterwards
};

struct ArrayPlan {
  std::vector<ArrayStretch> stretches;  // in the program's order
  std::vector<PlannedPanel> panels;
  std::vector<PanelUse> uses;
  std::vector<PlannedProduct> products;
  std::vector<ProductGroup> groups;
  std::vector<MmaTransfer> transfers;
};

// Fills in what must be kept behind each stretch: kept_from and kept_to of products, kept_loads of stretches.
void find_kept(const InstructionList& instructions, ArrayPlan& plan);

ArrayPlan plan_array(const InstructionList& instructions, const Machine& machine);

}  // namespace mmasim::isa
