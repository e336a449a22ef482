// Checks of control, synchronisation and DMA instructions.
#include "isa/verify/instruction_checks.h"

namespace mmasim::isa {

InstructionChecks::InstructionChecks(const Program& program)
    : machine_(program.machine), num_layers_(program.layers.size()), memory_(program) {}

void InstructionChecks::expect_token(const char* name, uint16_t token) const {
  if (token >= machine_.tokens)
    violate("{} is {}; the machine has tokens 0..{}", name, token, machine_.tokens - 1);
}

void InstructionChecks::expect_channel(uint8_t channel) const {
  if (channel >= machine_.dma_channels) {
    violate("channel is {}; the machine has channels 0..{}", channel, machine_.dma_channels - 1);
  }
}

void InstructionChecks::expect_layer(uint32_t layer) const {
  if (layer >= num_layers_) violate("layer is {}; the program has {} layers", layer, num_layers_);
}

void InstructionChecks::check(const CtlLayer& layer) { expect_layer(layer.layer); }

void InstructionChecks::check(const SyncWait& wait) { expect_token("token", wait.token); }

void InstructionChecks::check(const SyncSignal& signal) { expect_token("token", signal.token); }

void InstructionChecks::check(const DmaWait& wait) {
  expect_channel(wait.channel);
  expect_token("token", wait.token);
}

void InstructionChecks::check(const DmaCopy& copy) {
  expect_channel(copy.channel);
  expect_layer(copy.layer);
  expect_token("signal", copy.signal);
  expect_work({{"row_bytes", copy.row_bytes}, {"n1", copy.n1}, {"n2", copy.n2}, {"n3", copy.n3}});
  memory_.expect_inside("src", copy.src,
                        Extent::of_bytes(copy.row_bytes)
                            .repeat(copy.n1, copy.src_stride1)
                            .repeat(copy.n2, copy.src_stride2)
                            .repeat(copy.n3, copy.src_stride3));
  memory_.expect_writable("dst", copy.dst,
                          Extent::of_bytes(copy.row_bytes)
                              .repeat(copy.n1, copy.dst_stride1)
                              .repeat(copy.n2, copy.dst_stride2)
                              .repeat(copy.n3, copy.dst_stride3));
}

void InstructionChecks::check(const DmaFill& fill) {
  expect_channel(fill.channel);
  expect_layer(fill.layer);
  expect_token("signal", fill.signal);
  expect_work({{"row_bytes", fill.row_bytes}, {"n1", fill.n1}, {"n2", fill.n2}});
  const uint32_t bytes = fill.element_bytes;
  if (bytes != 1 && bytes != 2 && bytes != 4 && bytes != 8)
    violate("element_bytes is {}; expected 1, 2, 4 or 8", bytes);
  if (fill.row_bytes % bytes != 0)
    violate("row_bytes is {}; expected a multiple of {}", fill.row_bytes, bytes);
  memory_.expect_writable(
      "dst", fill.dst,
      Extent::of_bytes(fill.row_bytes).repeat(fill.n1, fill.dst_stride1).repeat(fill.n2, fill.dst_stride2));
}

}  // namespace mmasim::isa
