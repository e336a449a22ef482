// What an instruction reads and writes, operand by operand: exactly the bytes, as runs over strided axes.
// Relies on verify_program(): addresses lie inside their memories. Knows neither values nor order.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <vector>

#include "isa/instruction.h"
#include "isa/machine.h"

namespace mmasim::isa {

struct Axis {
  uint64_t count;
  int64_t stride;
};

enum class Access {
  read,
  table,  // a read of constants that an index picks from
  write
};

// Runs of run_bytes bytes from `first` on, repeated over the axes, which are normal: outermost last, each
// with a stride above what lies within.
class Operand {
 public:
  Operand() = default;
  Operand(const char* operand_name, Access how, Address base, uint64_t bytes, const Axis* axes,
          size_t num_axes);
  Operand(const char* operand_name, Access how, Address base, uint64_t bytes,
          std::initializer_list<Axis> axes)
      : Operand(operand_name, how, base, bytes, axes.begin(), axes.size()) {}

  // Calls visit(first offset, one past the last) for each run; ends early if it returns false.
  template <class Visit>
  void for_each_run(Visit&& visit) const {
    visit_axis(num_axes_, first, visit);
  }
  bool is_one_run() const { return num_axes_ == 0; }
  uint64_t num_runs() const {
    uint64_t runs = 1;
    for (size_t i = 0; i < num_axes_; ++i) runs *= axes_[i].count;
    return runs;
  }
  uint64_t end() const {  // one past the last byte of all
    uint64_t at = first + run_bytes;
    for (size_t i = 0; i < num_axes_; ++i)
      at += (axes_[i].count - 1) * static_cast<uint64_t>(axes_[i].stride);
    return at;
  }

  const char* name = "";
  Access access = Access::read;
  Space space = Space::none;
  uint64_t first = 0;
  uint64_t run_bytes = 0;

 private:
  static constexpr size_t kMostAxes = 16;  // of a tensor

  template <class Visit>
  bool visit_axis(size_t axes, uint64_t at, Visit& visit) const {
    if (axes == 0) return visit(at, at + run_bytes);
    const Axis& axis = axes_[axes - 1];
    for (uint64_t i = 0; i < axis.count; ++i, at += static_cast<uint64_t>(axis.stride))
      if (!visit_axis(axes - 1, at, visit)) return false;
    return true;
  }

  std::array<Axis, kMostAxes> axes_;  // the first num_axes_ of them
  size_t num_axes_ = 0;
};

// The configuration that operands of the array and of the output stages depend on.
struct OperandState {
  uint32_t operand_bytes = 0;
  MmaPattern load;
  MmaStorePattern store;
  StageSet stages[2];  // indexed by Unit
};

class OperandList {
 public:
  void clear() { count_ = 0; }
  void add(const Operand& operand);
  const Operand* begin() const { return operands_.data(); }
  const Operand* end() const { return operands_.data() + count_; }

 private:
  std::vector<Operand> operands_;  // those behind count_ are spare
  size_t count_ = 0;
};

// Takes configuration into `state`, and lists the operands of everything else.
void list_operands(const Instruction& instruction, const Machine& machine, OperandState& state,
                   OperandList& operands);

}  // namespace mmasim::isa
