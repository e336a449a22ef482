#include "sim/config/config_check.h"

#include <fmt/format.h>

#include "models/memory/dram_address_map.h"
#include "sim/config/config_schema.h"

namespace mmasim::sim {
namespace {

bool is_power_of_two(uint64_t value) { return value != 0 && (value & (value - 1)) == 0; }

class Checker {
 public:
  Checker(const Configuration& config, ConfigEntries& entries) : config_(config), entries_(entries) {}

  void power_of_two(const char* path) {
    const auto value = std::get<uint64_t>(find_config_key(path)->get(config_));
    expect(is_power_of_two(value), path, "expected a power of two");
  }

  void multiple_of(const char* path, uint64_t unit) {
    const auto value = std::get<uint64_t>(find_config_key(path)->get(config_));
    expect(value % unit == 0, path, fmt::format("expected a multiple of {}", unit));
  }

  void add(const std::string& path, const std::string& text) {
    entries_.faults.push_back({entries_.values.at(path).place, text});
  }

  void at_most(const char* path, const char* other) {
    const auto value = number(path), bound = number(other);
    expect(value <= bound, path, fmt::format("expected at most {}, which is {}", other, bound));
  }

  void expect(bool holds, const std::string& path, const std::string& expectation) {
    if (holds) return;
    add(path, fmt::format("{} is {}; {}", path, to_text(find_config_key(path)->get(config_)), expectation));
  }

 private:
  double number(const char* path) const {
    const auto value = find_config_key(path)->get(config_);
    return std::holds_alternative<uint64_t>(value) ? static_cast<double>(std::get<uint64_t>(value))
                                                   : std::get<double>(value);
  }

  const Configuration& config_;
  ConfigEntries& entries_;
};

// The controller's faults begin with the name of a key.
std::string dram_key_of(const std::string& fault) {
  const auto path = "ddr." + fault.substr(0, fault.find_first_of(" :"));
  return find_config_key(path) ? path : "ddr.address_mapping";
}

}  // namespace

void check_consistency(const Configuration& config, ConfigEntries& entries) {
  Checker check(config, entries);
  for (const auto* path : {"mma.array_bytes", "dsp.vector_bytes", "dma.burst_bytes"})
    check.power_of_two(path);
  for (const auto* path : {"l2.size_bytes", "l3.size_bytes", "ddr.size_bytes"}) check.multiple_of(path, 128);
  check.at_most("dma.burst_bytes", "dma.chunk_bytes");
  check.at_most("dma.priority_queues", "dma.queues");
  if (const auto fault = models::dram_config_fault(config.dram)) {
    check.add(dram_key_of(*fault), "ddr." + *fault);
  } else {
    check.expect(config.machine.ddr_bytes <= config.dram.capacity_bytes(), "ddr.size_bytes",
                 fmt::format("expected at most the {} bytes of all channels, ranks, banks, rows and columns",
                             config.dram.capacity_bytes()));
  }
}

}  // namespace mmasim::sim
