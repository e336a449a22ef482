#include "sim/advice/alternatives.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "runtime/user_error.h"
#include "sim/config/config_schema.h"
#include "sim/config/config_shorthands.h"
#include "sim/experiment/quantization.h"

namespace mmasim::sim {
namespace {

// A resource of the part: keys that grow or shrink together.
struct Resource {
  const char* name;
  std::vector<const char*> keys;
  enum class More : uint8_t {
    is_larger,
    is_smaller
  } more;  // which way of its numbers is more for the network
};

const std::vector<Resource>& resources() {
  using More = Resource::More;
  static const std::vector<Resource> all{
      {"set-up costs",
       {"overhead.network_call_cycles", "overhead.layer_setup_heavy_cycles",
        "overhead.layer_setup_light_cycles", "overhead.layer_dma_pipe_up_cycles",
        "overhead.layer_rest_heavy_cycles", "overhead.layer_rest_light_cycles"},
       More::is_smaller},
      {"DDR rate", {"ddr.rate_mtps"}, More::is_larger},
      {"array side", {"mma.array_bytes"}, More::is_larger},
      {"vector core", {"dsp.vector_bytes"}, More::is_larger},
      {"L2 size", {"l2.size_bytes"}, More::is_larger},
      {"L3 size", {"l3.size_bytes"}, More::is_larger},
      {"L2 width",
       {"l2.read_bytes_per_cycle", "l2.write_bytes_per_cycle", "interconnect.l2_bytes_per_cycle"},
       More::is_larger},
      {"L3 width",
       {"l3.read_bytes_per_cycle", "l3.write_bytes_per_cycle", "interconnect.l3_bytes_per_cycle"},
       More::is_larger},
      {"DMA width", {"dma.port_bytes_per_cycle"}, More::is_larger},
      {"DMA start-up", {"dma.start_cycles", "dma.issue_cycles", "dma.end_cycles"}, More::is_smaller},
      {"DMA pieces under way", {"dma.outstanding_chunks"}, More::is_larger},
      {"array start-up",
       {"mma.open_cycles", "mma.drain_cycles", "mma.close_cycles", "mma.block_cycles"},
       More::is_smaller},
      {"vector core start-up", {"dsp.start_cycles"}, More::is_smaller},
  };
  return all;
}

constexpr const char* kRate = "ddr.rate_mtps";
constexpr const char* kCopies = "ddr.copies";

std::string scaled_text(const std::string& path, const Configuration& config, double factor) {
  if (path == kRate) return fmt::format("{}", kRateTimesPeriod / config.dram.clock_period_ns * factor);
  const auto value = find_config_key(path)->get(config);
  if (const auto* whole = std::get_if<uint64_t>(&value)) {
    return fmt::format("{}", static_cast<uint64_t>(std::ceil(static_cast<double>(*whole) * factor)));
  }
  return fmt::format("{}", std::get<double>(value) * factor);
}

class Finder {
 public:
  explicit Finder(const Request& base)
      : base_(base),
        file_(config_path_of(base.config)),
        config_(file_.load(base.config.set)),
        precision_(quantization_of(base.quant).precision) {}

  std::vector<Alternative> find() {
    add_set("DDR x2", "hardware", Expected::faster,
            {fmt::format("{}={}", kCopies, 2 * std::stoul(override_of(kCopies).value_or("1")))});
    for (const auto& resource : resources()) add_resource(resource, 2);
    for (const auto* precision : {"int8", "int16", "int32"}) add_precision(precision);
    for (const auto& resource : resources()) add_resource(resource, 0.5);
    for (const auto* preset : {"per-channel", "asym-pt", "tidl-asym-channel", "tidl-dw-channel",
                               "tidl-p2-dynamic", "tidl-np2-fixed", "tidl-np2-strict", "dynamic"})
      add_preset(preset);
    add_rules();
    return std::move(found_);
  }

 private:
  // amount: of what the network is given, twice or half.
  void add_resource(const Resource& resource, double amount) {
    const bool is_rate = resource.more == Resource::More::is_larger;
    const double factor = resource.more == Resource::More::is_larger ? amount : 1 / amount;
    const bool is_doubled = is_rate ? amount > 1 : factor > 1;
    std::vector<std::string> set;
    for (const auto* path : resource.keys) {
      set.push_back(fmt::format("{}={}", path, scaled_text(path, config_, factor)));
    }
    add_set(fmt::format("{} {}", resource.name, is_doubled ? "x2" : "halved"), "hardware",
            amount > 1 ? Expected::faster : Expected::slower, set);
  }

  void add_set(const std::string& change, const char* kind, Expected expected,
               const std::vector<std::string>& set) {
    Alternative alternative{change, kind, expected, base_, set, {}, std::nullopt};
    auto& all = alternative.request.config.set;
    const bool sets_rate =
        std::any_of(set.begin(), set.end(), [](const auto& text) { return sets(text, kRate); });
    const auto is_replaced = [&](const auto& text) { return sets_rate && sets(text, "ddr.clock_period_ns"); };
    all.erase(std::remove_if(all.begin(), all.end(), is_replaced), all.end());
    all.insert(all.end(), set.begin(), set.end());
    const auto checked = file_.check(all);
    if (!checked.faults.empty()) alternative.refused = checked.faults.front();
    found_.push_back(std::move(alternative));
  }

  static bool sets(const std::string& text, const std::string& path) {
    return text.rfind(path + "=", 0) == 0;
  }

  // The base's own, the last one.
  std::optional<std::string> override_of(const std::string& path) const {
    std::optional<std::string> value;
    for (const auto& text : base_.config.set) {
      if (sets(text, path)) value = text.substr(path.size() + 1);
    }
    return value;
  }

  void add_request(const std::string& change, const Request& request) {
    Alternative alternative{change, "precision", Expected::either, request, {}, {}, std::nullopt};
    try {
      check_request(request);
    } catch (const runtime::UserError& error) {
      alternative.refused = error.what();
    }
    found_.push_back(std::move(alternative));
  }

  void add_precision(const std::string& precision) {
    auto request = base_;
    request.quant.precision = precision;
    if (precision != precision_) add_request("precision " + precision, request);
  }

  void add_preset(const std::string& preset) {
    auto request = base_;
    request.quant.preset = preset;
    if (preset != base_.quant.preset) add_request("quantization " + preset, request);
  }

  // Other rules of the schedule: which layers they would help.
  void add_rules() {
    const auto& rules = config_.schedule;
    const auto flip = [&](const char* name, bool now) {
      add_set(fmt::format("schedule.{} {}", name, !now), "layer", Expected::either,
              {fmt::format("schedule.{}={}", name, !now)});
    };
    flip("blocks_span_lines", rules.blocks_span_lines);
    flip("pointwise_spans_lines", rules.pointwise_spans_lines);
    for (const double share : {0.5, 1.0}) {
      if (share == rules.tile_share) continue;
      add_set(fmt::format("schedule.tile_share {}", share), "layer", Expected::either,
              {fmt::format("schedule.tile_share={}", share)});
    }
    for (const unsigned steps : {0u, 64u}) {
      if (steps == rules.weights_ahead_steps) continue;
      add_set(fmt::format("schedule.weights_ahead_steps {}", steps), "layer", Expected::either,
              {fmt::format("schedule.weights_ahead_steps={}", steps)});
    }
  }

  const Request& base_;
  const ConfigFile file_;
  const Configuration config_;
  const std::string precision_;  // of the base, whether it was asked for or is the preset's
  std::vector<Alternative> found_;
};

}  // namespace

std::vector<Alternative> alternatives_of(const Request& base) { return Finder(base).find(); }

}  // namespace mmasim::sim
