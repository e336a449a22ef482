#include "sim/experiment/schedule_choice.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>

#include "isa/program/program_file.h"
#include "sim/config/config.h"
#include "sim/config/config_places.h"
#include "sim/experiment/pipeline.h"

namespace mmasim::sim {
namespace {

namespace fs = std::filesystem;

// None: it is no configuration by itself. Read once in a process, as the points of a sweep ask for it again
// and again.
const std::optional<Configuration>& read_once(const std::string& path) {
  static std::mutex mutex;
  static std::map<std::string, std::optional<Configuration>> read;
  const std::lock_guard lock(mutex);
  const auto [place, is_new] = read.try_emplace(path);
  if (!is_new) return place->second;
  const auto checked = check_config(path);
  if (checked.faults.empty()) place->second = checked.config;
  return place->second;
}

// Files of the parts that the configuration was made of, but for its own: what it begins with, and the part
// of its name among those that come with mmasim.
std::vector<std::string> files_of_parts(const Configuration& config) {
  std::vector<std::string> files;
  const auto is_same = [](const std::string& a, const std::string& b) {
    std::error_code error;
    return a == b || fs::equivalent(a, b, error);
  };
  if (!config.origin.empty() && !config.is_origin) files.push_back(config.origin);
  const auto names = config_names();
  if (std::find(names.begin(), names.end(), config.name) == names.end()) return files;
  const auto path = find_config(config.name);
  if (!config.origin.empty() && is_same(path, config.origin)) return files;
  files.push_back(path);
  return files;
}

auto values_of(const runtime::CostModel& cost) {
  return std::tuple(cost.ddr_bytes_per_cycle, cost.l3_bytes_per_cycle, cost.dma_start_cycles,
                    cost.tile_overhead_cycles, cost.dsp_macs_per_cycle);
}

bool differ(const ScheduleChoice& a, const ScheduleChoice& b) {
  return !isa::machine_difference(a.machine, b.machine).empty() || values_of(a.cost) != values_of(b.cost);
}

// For a little less of L2: what an estimate takes of it may leave no room for what should run beside compute.
void add_smaller(std::vector<ScheduleChoice>& choices) {
  constexpr uint64_t kStep = 32 * 1024;  // whole steps, so that neighbouring sizes try the same
  constexpr int kSteps = 3;
  auto smaller = choices.front();
  auto steps = (smaller.machine.l2_bytes - 1) / kStep;
  for (int i = 0; i < kSteps && steps > 1; ++i, --steps) {
    smaller.machine.l2_bytes = steps * kStep;
    choices.push_back(smaller);
  }
}

}  // namespace

bool executes_programs_of(const isa::Machine& machine, const isa::Machine& other) {
  return machine.array_bytes == other.array_bytes && machine.vector_bytes == other.vector_bytes &&
         machine.b_banks >= other.b_banks && machine.c_banks >= other.c_banks &&
         machine.multiplier_bits >= other.multiplier_bits && machine.per_lane_shift >= other.per_lane_shift &&
         machine.has_output_zero_point >= other.has_output_zero_point &&
         machine.has_output_clip >= other.has_output_clip && machine.half_up_only <= other.half_up_only &&
         machine.max_shift >= other.max_shift && machine.dma_channels >= other.dma_channels &&
         machine.dma_queue_entries >= other.dma_queue_entries && machine.tokens >= other.tokens &&
         machine.l2_bytes >= other.l2_bytes && machine.l3_bytes >= other.l3_bytes &&
         machine.ddr_bytes >= other.ddr_bytes;
}

std::vector<ScheduleChoice> schedule_choices(const Configuration& config) {
  std::vector<ScheduleChoice> choices{{config.machine, cost_model(config)}};
  const auto add = [&](const ScheduleChoice& choice) {
    const auto is_new = [&](const ScheduleChoice& other) { return differ(choice, other); };
    if (std::all_of(choices.begin(), choices.end(), is_new)) choices.push_back(choice);
  };
  bool is_resized = false;
  for (const auto& file : files_of_parts(config)) {
    const auto& part = read_once(file);
    if (!part) continue;
    is_resized = is_resized || config.machine.l2_bytes != part->machine.l2_bytes;
    if (executes_programs_of(config.machine, part->machine)) add({part->machine, cost_model(*part)});
  }
  if (is_resized) add_smaller(choices);
  return choices;
}

}  // namespace mmasim::sim
