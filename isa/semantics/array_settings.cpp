#include "isa/semantics/array_settings.h"

#include <stdexcept>
#include <string>

namespace mmasim::isa {
namespace {

void require_counts(uint32_t first, uint32_t second, const char* what) {
  if (first == 0 || second == 0)
    throw std::logic_error(std::string(what) + ": counts " + std::to_string(first) + " and " +
                           std::to_string(second));
}

}  // namespace

bool set(const MmaConfig& config, ArraySettings& settings) {
  if (element_bytes(config.a) != element_bytes(config.b) || element_bytes(config.a) > 4)
    throw std::logic_error("mma.config: operands of " + std::to_string(element_bytes(config.a)) + " and " +
                           std::to_string(element_bytes(config.b)) + " bytes");
  const bool is_other_width = element_bytes(config.a) != settings.operand_bytes();
  settings.config = config;
  return is_other_width;
}

void set(const MmaPattern& pattern, ArraySettings& settings) {
  require_counts(pattern.k0, pattern.k1, "mma.pattern");
  require_counts(pattern.r0, pattern.r1, "mma.pattern");
  settings.pattern = pattern;
}

void set(const MmaStorePattern& pattern, ArraySettings& settings) {
  require_counts(pattern.r0, pattern.r1, "mma.store_pattern");
  settings.store_pattern = pattern;
}

}  // namespace mmasim::isa
