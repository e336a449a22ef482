// What an instruction reads and writes, operand by operand: exactly the bytes, as runs over strided axes.
// Relies on verify_program(): addresses lie inside their memories. Knows neither values nor order.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

#include "isa/float_operands.h"
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
// with a stride above what lies within. Of more than kMostAxes, which a tensor may have and no instruction
// has, the outermost are left out.
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
  static constexpr size_t kMostAxes = 6;

  template <class Visit>
  bool visit_axis(size_t axes, uint64_t at, Visit& visit) const {
    if (axes == 0) return visit(at, at + run_bytes);
    const Axis& axis = axes_[axes - 1];
    for (uint64_t i = 0; i < axis.count; ++i, at += static_cast<uint64_t>(axis.stride))
      if (!visit_axis(axes - 1, at, visit)) return false;
    return true;
  }

  std::array<Axis, kMostAxes> axes_;  // of which num_axes_ are there
  size_t num_axes_ = 0;
};

// Operands in a row, without taking memory anew for each instruction.
class OperandList {
 public:
  void clear() { count_ = 0; }
  template <class... Arguments>
  void add(Arguments&&... arguments) {
    if (count_ == operands_.size()) operands_.emplace_back();
    operands_[count_++] = Operand(std::forward<Arguments>(arguments)...);
  }
  const Operand* begin() const { return operands_.data(); }
  const Operand* end() const { return operands_.data() + count_; }

 private:
  std::vector<Operand> operands_;  // those behind count_ are spare
  size_t count_ = 0;
};

// Goes through instructions in stream order, as operands of the array and of the output stages depend on
// configuration, and lists the operands of each.
class OperandLister {
 public:
  explicit OperandLister(const Machine& machine) : machine_(machine) {}

  template <class OneInstruction>
  const OperandList& operands_of(const OneInstruction& instruction) {
    operands_.clear();
    list(instruction);
    return operands_;
  }

 private:
  void list(const MmaConfig& i) { operand_bytes_ = element_bytes(i.a); }
  void list(const MmaPattern& i) { load_ = i; }
  void list(const MmaStorePattern& i) { store_ = i; }
  void list(const StageSet& i) { stages_[static_cast<size_t>(i.unit)] = i; }
  void list(const DmaCopy& i);
  void list(const DmaFill& i);
  void list(const MmaLoadB& i);
  void list(const MmaStream& i);
  void list(const MmaTransfer& i);
  void list(const MmaRange& i);
  void list(const DspRescale& i);
  void list(const DspAdd& i);
  void list(const DspMultiply& i);
  void list(const DspDepthwise& i);
  void list(const DspRequantize& i);
  void list(const DspPoolMax& i);
  void list(const DspPoolAverage& i);
  void list(const DspLookup& i);
  void list(const DspPrelu& i);
  void list(const DspSoftmax& i);
  void list(const DspArgmax& i);
  void list(const DspResize& i);
  void list(const DspPermute& i);
  template <class Other>
  void list(const Other& other) {  // instructions on reals; tokens and the end have no operands
    if constexpr (kIsFloatInstruction<Other>)
      for_each_operand(other, [this](const char* name, Use use, Address base, uint64_t bytes,
                                     std::initializer_list<Repeat> walk) {
        const Access access = use == Use::write   ? Access::write
                              : use == Use::table ? Access::table
                                                  : Access::read;
        Axis axes[4];
        std::transform(walk.begin(), walk.end(), axes, [](const Repeat& w) {
          return Axis{w.count, w.stride};
        });
        operands_.add(name, access, base, bytes, axes, walk.size());
      });
  }

  const StageSet& stage_of(Unit unit) const { return stages_[static_cast<size_t>(unit)]; }
  void add(const char* name, Access access, Address base, uint64_t bytes, std::initializer_list<Axis> axes) {
    operands_.add(name, access, base, bytes, axes);
  }
  template <class Dsp>
  void add_tile(const char* name, Access access, const Dsp& i, Address base, uint64_t bytes, int64_t y_stride,
                int64_t x_stride);
  template <class Dsp>
  void add_source(const Dsp& i);
  template <class Dsp>
  void add_result(const Dsp& i, Element element);
  template <class Dsp>
  void add_two_operands(const Dsp& i);
  template <class Dsp>
  void add_window(const Dsp& i, uint32_t bytes, int64_t dilation_y, int64_t dilation_x);
  template <class Dsp>
  void add_table(const Dsp& i, uint64_t entry_bytes);
  void add_lanes(const StageSet& stage, Element accumulator, uint32_t lane, uint64_t lanes);

  const Machine& machine_;
  uint32_t operand_bytes_ = 0;
  MmaPattern load_;
  MmaStorePattern store_;
  StageSet stages_[2];  // indexed by Unit
  OperandList operands_;
};

}  // namespace mmasim::isa
