// dsp.convert: between f16 and f32.
#include "isa/semantics/float_tile.h"
#include "isa/semantics/operand_rules.h"
#include "isa/semantics/semantics.h"

namespace mmasim::isa::semantics {

void execute(const DspConvert& i, Registers&, const MemoryView& memory) {
  require_real_pair(i.src_type, i.dst_type);
  const OperandTile src = source(i, i.src_type, memory), dst = result(i, i.dst_type, memory);
  for_each_element(i, [&](int64_t y, int64_t x, int64_t c) {
    if (i.src_type == Element::f16)
      write_as<float>(dst.at(y, x, c), float_of_half(read_as<uint16_t>(src.at(y, x, c))));
    else
      write_as<uint16_t>(dst.at(y, x, c), half_of_float(read_f32(src, y, x, c)));
  });
}

}  // namespace mmasim::isa::semantics
