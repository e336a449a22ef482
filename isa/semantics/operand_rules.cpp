#include "isa/semantics/operand_rules.h"

#include <stdexcept>
#include <string>

namespace mmasim::isa {
namespace {

std::string text(uint64_t number) { return std::to_string(number); }

}  // namespace

void require_panel(uint32_t count, const ArraySettings& settings, const char* what) {
  if (count > settings.panel())
    throw std::logic_error(std::string(what) + " " + text(count) + "; the panel has " +
                           text(settings.panel()));
}

void require_raw_width(const StageSet& stage, Element accumulator) {
  if (stage.raw && element_bytes(stage.out) != element_bytes(accumulator))
    throw std::logic_error("raw output stage writes " + text(element_bytes(stage.out)) +
                           " bytes of accumulators of " + text(element_bytes(accumulator)));
}

void require_whole_elements(const DmaFill& fill) {
  if (fill.element_bytes == 0 || fill.element_bytes > 8 || fill.row_bytes % fill.element_bytes != 0)
    throw std::logic_error("dma.fill: row_bytes " + text(fill.row_bytes) + " of elements of " +
                           text(fill.element_bytes) + " bytes");
}

void require_b_channels(uint32_t b_channels, uint32_t channels, const char* mnemonic) {
  if (b_channels != channels && b_channels != 1)
    throw std::logic_error(std::string(mnemonic) + ": b_channels " + text(b_channels) + " for " +
                           text(channels) + " channels");
}

void require_alike(Element src, Element weight) {
  if (element_bytes(src) != element_bytes(weight) || element_bytes(src) > 4)
    throw std::logic_error("dsp.depthwise: operands of " + text(element_bytes(src)) + " and " +
                           text(element_bytes(weight)) + " bytes");
}

void require_accumulator(Element src) {
  if (src != Element::s32 && src != Element::s64 && src != Element::s128)
    throw std::logic_error("dsp.requantize: src_type is no accumulator");
}

void require_table(Element src, int fraction_bits, const char* mnemonic) {
  if (fraction_bits > 32)
    throw std::logic_error(std::string(mnemonic) + ": " + std::to_string(fraction_bits) + " fraction bits");
  if (element_bytes(src) > 4)
    throw std::logic_error(std::string(mnemonic) + ": elements of " + text(element_bytes(src)) + " bytes");
}

void require_factors(uint32_t factor_y, uint32_t factor_x) {
  if (factor_y == 0 || factor_x == 0) throw std::logic_error("dsp.resize: a factor is 0");
}

void require_permutable(uint32_t bytes) {
  if (bytes != 1 && bytes != 2 && bytes != 4 && bytes != 8 && bytes != 16)
    throw std::logic_error("dsp.permute: elements of " + text(bytes) + " bytes");
}

void require_integer(Element element, const char* mnemonic) {
  if (element > Element::u32)
    throw std::logic_error(std::string(mnemonic) + ": " + element_info(element).word +
                           " is no integer of 8, 16 or 32 bits");
}

void require_real_pair(Element src, Element dst) {
  if (!element_is_real(src) || !element_is_real(dst) || src == dst)
    throw std::logic_error(std::string("dsp.convert: ") + element_info(src).word + " to " +
                           element_info(dst).word);
}

void require_indices(uint32_t bits, uint32_t element_bytes) {
  if (bits < 1 || bits > 8) throw std::logic_error("dsp.unpack: indices of " + text(bits) + " bits");
  if (element_bytes != 1 && element_bytes != 2 && element_bytes != 4)
    throw std::logic_error("dsp.unpack: elements of " + text(element_bytes) + " bytes");
}

}  // namespace mmasim::isa
