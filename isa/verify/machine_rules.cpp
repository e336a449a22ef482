// Bounds of a machine's fields, and the difference of two machines.
#include "isa/verify/machine_rules.h"

#include <cstring>
#include <iterator>

#include "isa/program/program_file.h"
#include "isa/verify/violation.h"

namespace mmasim::isa {
namespace {

constexpr uint64_t kKibibyte = 1024, kMebibyte = 1024 * kKibibyte, kGibibyte = 1024 * kMebibyte;

constexpr MachineBound kBounds[] = {
    {"array_bytes", 8, 128},  // rows and depth of an instruction are 8-bit counts up to S
    {"b_banks", 1, 16},
    {"c_banks", 1, 16},
    {"multiplier_bits", 0, 31},
    {"per_lane_shift", 0, 1},
    {"has_output_zero_point", 0, 1},
    {"has_output_clip", 0, 1},
    {"half_up_only", 0, 1},
    {"max_shift", 1, 127},
    {"vector_bytes", 8, 256},
    {"dma_channels", 1, 64},
    {"dma_queue_entries", 1, 65536},
    {"tokens", 2, 65535},
    {"l2_bytes", 8 * kKibibyte, 256 * kMebibyte},
    {"l3_bytes", 0, kGibibyte},
    {"ddr_bytes", kMebibyte, 64 * kGibibyte},
};
static_assert(std::size(kBounds) == Machine::fields.size());

void check_bound(const char* field, uint64_t value) {
  const auto& bound = machine_bound(field);
  if (value < bound.smallest || value > bound.largest) {
    violate("{} is {}; expected {}..{}", field, value, bound.smallest, bound.largest);
  }
}

}  // namespace

const MachineBound& machine_bound(const char* field) {
  for (const auto& bound : kBounds) {
    if (std::strcmp(bound.field, field) == 0) return bound;
  }
  throw std::logic_error(fmt::format("machine field {} has no bound", field));
}

void check_machine(const Machine& machine) {
  for_each_field<Machine>([&machine](const auto& f) { check_bound(f.name, machine.*f.member); });
  const uint32_t array_bytes = machine.array_bytes;
  if ((array_bytes & (array_bytes - 1)) != 0)
    violate("array_bytes is {}; expected a power of two", array_bytes);
}

std::string machine_difference(const Machine& program_machine, const Machine& machine) {
  std::string difference;
  for_each_field<Machine>([&](const auto& f) {
    const uint64_t needed = program_machine.*f.member;
    const uint64_t there = machine.*f.member;
    if (difference.empty() && needed != there) {
      difference = fmt::format("{} is {}, the program needs {}", f.name, there, needed);
    }
  });
  return difference;
}

}  // namespace mmasim::isa
