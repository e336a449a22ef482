// A tile of a dsp.* instruction: rows and columns of positions, each with contiguous channels.
#pragma once

#include <cstdint>

#include "isa/arithmetic.h"
#include "isa/semantics/elements.h"
#include "isa/semantics/memory.h"

namespace mmasim::isa::semantics {

struct OperandTile {
  const MemoryView& memory;
  Address base;
  int64_t y_stride, x_stride;  // bytes
  Element element;

  uint8_t* at(int64_t y, int64_t x, int64_t c) const {
    return memory.at(base + (y * y_stride + x * x_stride + c * element_bytes(element)));
  }
  Wide read(int64_t y, int64_t x, int64_t c) const { return read_element(element, at(y, x, c)); }
  void write(int64_t y, int64_t x, int64_t c, Wide value) const {
    write_element(element, at(y, x, c), value);
  }
};

template <class DspInstruction>
OperandTile source(const DspInstruction& i, Element element, const MemoryView& memory) {
  return {memory, i.src, i.src_y_stride, i.src_x_stride, element};
}
template <class DspInstruction>
OperandTile result(const DspInstruction& i, Element element, const MemoryView& memory) {
  return {memory, i.dst, i.dst_y_stride, i.dst_x_stride, element};
}

// Calls visit(y, x) for every position of the result, visit(y, x, c) for every element.
template <class DspInstruction, class Visit>
void for_each_position(const DspInstruction& i, Visit&& visit) {
  for (int64_t y = 0; y < i.count_y; ++y)
    for (int64_t x = 0; x < i.count_x; ++x) visit(y, x);
}
template <class DspInstruction, class Visit>
void for_each_element(const DspInstruction& i, Visit&& visit) {
  for_each_position(i, [&](int64_t y, int64_t x) {
    for (int64_t c = 0; c < i.channels; ++c) visit(y, x, c);
  });
}

// clip(SRS(v, shift) + dst_zero)
template <class DspInstruction>
int64_t finished(const DspInstruction& i, Wide v) {
  return requantize_shift(v, i.shift, i.dst_zero, i.clip_min, i.clip_max, i.rounding);
}

}  // namespace mmasim::isa::semantics
