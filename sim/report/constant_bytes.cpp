#include "sim/report/constant_bytes.h"

#include "isa/encoding/codec.h"

namespace mmasim::sim {

std::vector<uint64_t> constant_bytes_read(const isa::Program& program) {
  std::vector<uint64_t> bytes(program.layers.size());
  size_t offset = 0;
  while (offset < program.code.size()) {
    const auto instruction = isa::decode(program.code, offset);
    const auto* copy = std::get_if<isa::DmaCopy>(&instruction);
    if (copy == nullptr || copy->src.space() != isa::Space::ddr) continue;
    if (copy->src.offset() >= program.constants_bytes) continue;
    bytes.at(copy->layer) += uint64_t{copy->row_bytes} * copy->n1 * copy->n2 * copy->n3;
  }
  return bytes;
}

}  // namespace mmasim::sim
