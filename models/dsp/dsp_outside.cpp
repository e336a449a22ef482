// The core's operands in L3 and DDR: their traffic on the links and at the memories, where it meets the DMA
// engine's and other cores'. Values move elsewhere (Dsp::compute).
#include <algorithm>
#include <stdexcept>
#include <string>

#include "isa/kit/units.h"
#include "models/dsp/dsp.h"

namespace mmasim::models {

// The operands' pieces spread evenly over the instruction's own time; what a piece is late by, all that
// follows is late by too.
void Dsp::reach_outside(const DspCost& cost, uint64_t begin) {
  constexpr uint64_t kPieceBytes = 2048;
  const uint64_t own_end = time_;
  uint64_t total = 0, done = 0, late = 0;
  for (uint32_t i = 0; i < cost.outside_count; ++i) total += cost.outside[i].bytes;
  for (uint32_t i = 0; i < cost.outside_count; ++i) {
    const OutsideOperand& operand = cost.outside[i];
    for (uint64_t offset = 0; offset < operand.bytes; offset += kPieceBytes) {
      const uint64_t bytes = std::min(kPieceBytes, operand.bytes - offset);
      time_ = begin + late + cost.cycles * done / total;
      meet_kernel();
      access_outside(operand, offset, bytes);
      done += bytes;
      const uint64_t due = begin + late + cost.cycles * done / total, now = clock_.now();
      if (now > due) {
        probe_.piece(Kind::stall, own_end + late, own_end + late + now - due,
                     operand.address.space() == isa::Space::ddr ? Cause::ddr : Cause::l3);
        late += now - due;
      }
    }
  }
  time_ = own_end + late;
}

void Dsp::access_outside(const OutsideOperand& operand, uint64_t offset, uint64_t bytes) {
  // Where strides run backwards or far, the piece stands for bytes elsewhere in the same memory.
  const isa::Space space = operand.address.space();
  const uint64_t all = space == isa::Space::ddr ? program_.machine.ddr_bytes : program_.machine.l3_bytes;
  const uint64_t size = state_ != nullptr ? memory_view_.bytes[static_cast<int>(space)] : all;
  const uint64_t first = std::min(operand.address.offset() + offset, size - bytes);
  tlm::tlm_generic_payload payload;
  payload.set_command(operand.is_write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
  payload.set_address(isa::Address::in(space, first).raw);
  payload.set_data_length(static_cast<unsigned>(bytes));
  payload.set_streaming_width(static_cast<unsigned>(bytes));
  const uint64_t asked = clock_.now();
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  memory->b_transport(payload, delay);
  if (!payload.is_response_ok()) {
    throw std::logic_error("dsp: address " + std::to_string(payload.get_address()) + " answers " +
                           payload.get_response_string());
  }
  if (delay > sc_core::SC_ZERO_TIME) wait(delay);
  Event event = probe_.of_core(Kind::access, asked, clock_.now());
  traces::Traffic& traffic = traces::traffic(event, space);
  (operand.is_write ? traffic.write_bytes : traffic.read_bytes) = bytes;
  probe_.tell(event);
}

}  // namespace mmasim::models
