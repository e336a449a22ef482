#include "runtime/lower/array/panels.h"

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "isa/kit/simd.h"
#include "runtime/lower/schedule/field.h"

namespace mmasim::runtime {

std::vector<PanelUnit> panel_units(const LinearLayer& layer, const isa::Machine& machine,
                                   uint32_t most_groups) {
  const int64_t panel = machine.panel(layer.operand_bytes);
  const int64_t sums_of_group = layer.sums_inputs() ? 1 : 0;
  const auto widest = std::max(layer.group_in, layer.group_out + sums_of_group);
  auto together = std::clamp<int64_t>(panel / widest, 1, layer.groups);
  if (most_groups > 0) together = std::min<int64_t>(together, most_groups);
  std::vector<PanelUnit> units;
  uint64_t offset = 0;
  int64_t lane = 0;
  for (int64_t group = 0; group < layer.groups; group += together) {
    const auto count = std::min(together, layer.groups - group);
    const auto outs = count * layer.group_out, sums = count * sums_of_group, room = panel - sums;
    for (int64_t first = 0; first < outs; first += room) {
      PanelUnit unit;
      unit.in_channel = group * layer.group_in;
      unit.depth_channels = count * layer.group_in;
      unit.out_channel = group * layer.group_out + first;
      unit.columns = std::min(room, outs - first);
      unit.sums = sums;
      unit.lane = lane;
      lane += unit.columns + sums;
      unit.offset = offset;
      unit.bytes = static_cast<uint64_t>(unit.depth(layer) * layer.weight_passes()) * machine.array_bytes;
      offset += unit.bytes;
      units.push_back(unit);
    }
  }
  return units;
}

namespace {

// Sums of magnitudes in pieces short enough for 32 bits where the weights are narrow.
#define MMASIM_MAGNITUDES(Integer, Sum)                                           \
  MMASIM_SIMD_CLONES uint64_t magnitudes(const Integer* weights, int64_t count) { \
    constexpr int64_t kPiece = int64_t{1} << 15;                                  \
    uint64_t total = 0;                                                           \
    for (int64_t begin = 0; begin < count; begin += kPiece) {                     \
      const int64_t end = begin + kPiece < count ? begin + kPiece : count;        \
      Sum sum = 0;                                                                \
      for (int64_t i = begin; i < end; ++i) {                                     \
        const Sum weight = static_cast<Sum>(weights[i]);                          \
        sum += weights[i] < 0 ? Sum{0} - weight : weight;                         \
      }                                                                           \
      total += sum;                                                               \
    }                                                                             \
    return total;                                                                 \
  }
MMASIM_MAGNITUDES(int8_t, uint32_t)
MMASIM_MAGNITUDES(int16_t, uint32_t)
MMASIM_MAGNITUDES(int32_t, uint64_t)
#undef MMASIM_MAGNITUDES

// Of so many weights of an output channel in turn, so that the rows they go to stay in the host's cache.
constexpr int64_t kWeightsInTurn = 256;

template <class T>
void pack_unit(const LinearLayer& layer, const PanelUnit& unit, const T* weights, int64_t panel, T* rows) {
  const int64_t taps = layer.taps(), together = std::max<int64_t>(1, kWeightsInTurn / taps);
  for (int64_t begin = 0; begin < layer.group_in; begin += together) {
    const int64_t end = std::min(begin + together, layer.group_in);
    for (int64_t column = 0; column < unit.columns; ++column) {
      const auto o = unit.out_channel + column;
      const auto first =
          o / layer.group_out * layer.group_in - unit.in_channel;  // of the group, within the depth channels
      for (int64_t i = begin; i < end; ++i) {
        const T* filter = weights + layer.filter_begin(o, i);
        for (int64_t tap = 0; tap < taps; ++tap) {
          const auto k = layer.depth_index(unit.depth_channels, first + i, tap);
          rows[k * panel + column] = filter[layer.transposed_weights ? taps - 1 - tap : tap];
        }
      }
    }
  }
}

// Ones where a group's inputs lie, in the column behind the weights' that is the group's.
template <class T>
void pack_sums(const LinearLayer& layer, const PanelUnit& unit, int64_t panel, T* rows) {
  for (int64_t group = 0; group < unit.sums; ++group) {
    for (int64_t i = 0; i < layer.group_in; ++i) {
      for (int64_t tap = 0; tap < layer.taps(); ++tap) {
        const auto k = layer.depth_index(unit.depth_channels, group * layer.group_in + i, tap);
        rows[k * panel + unit.columns + group] = 1;
      }
    }
  }
}

// Of one output channel.
template <class T>
uint64_t magnitude_sum(const LinearLayer& layer, const T* weights, int64_t o) {
  // The channel's filters follow one another, but for those that are turned about.
  const int64_t pieces = layer.transposed_weights ? layer.group_in : 1;
  const int64_t each = layer.group_in / pieces * layer.taps();
  uint64_t sum = 0;  // of at most 2^31 magnitudes of at most 2^31
  for (int64_t i = 0; i < pieces; ++i) sum += magnitudes(weights + layer.filter_begin(o, i), each);
  return sum;
}

template <class Visit>
auto with_weights(const IntegerArray& weights, Visit&& visit) {
  if (weights.bits == 8) return visit(weights.s8.data());
  if (weights.bits == 16) return visit(weights.s16.data());
  return visit(weights.s32.data());
}

std::string name_of(const LoweringContext& context, const LinearLayer& layer, const char* part) {
  return context.graph.nodes[layer.node].name + part;
}

}  // namespace

namespace {

// Weights of 16 bits for an input of 8: of every panel its high bytes, then its low ones.
void pack_bytes(const LinearLayer& layer, const PanelUnit& unit, const int16_t* weights, int64_t panel,
                uint8_t* rows) {
  const int64_t depth = unit.depth(layer);
  std::vector<int16_t> whole(static_cast<size_t>(depth * panel));
  pack_unit<int16_t>(layer, unit, weights, panel, whole.data());
  for (int64_t k = 0; k < depth; ++k) {
    const int64_t begin = k / panel * panel, of_panel = std::min(panel, depth - begin);
    uint8_t* const high = rows + (begin + k) * panel;  // 2 * begin + (k - begin)
    uint8_t* const low = high + of_panel * panel;
    for (int64_t column = 0; column < panel; ++column) {
      const auto weight = static_cast<uint16_t>(whole[static_cast<size_t>(k * panel + column)]);
      high[column] = static_cast<uint8_t>(weight >> 8), low[column] = static_cast<uint8_t>(weight);
    }
  }
}

}  // namespace

uint64_t add_panels(LoweringContext& context, const LinearLayer& layer, const std::vector<PanelUnit>& units) {
  const auto bytes = units.back().offset + units.back().bytes;
  const int64_t panel = context.machine.panel(layer.operand_bytes);
  return context.constants.add(name_of(context, layer, ":weights"), bytes, [&](uint8_t* data) {
    with_weights(layer.plan->weights, [&](const auto* weights) {
      using T = std::remove_const_t<std::remove_pointer_t<decltype(weights)>>;
      for (const auto& unit : units) {
        if constexpr (std::is_same_v<T, int16_t>) {
          if (layer.weight_passes() == 2) {
            pack_bytes(layer, unit, weights, panel, data + unit.offset);
            continue;
          }
        }
        pack_unit<T>(layer, unit, weights, panel, reinterpret_cast<T*>(data + unit.offset));
        pack_sums<T>(layer, unit, panel, reinterpret_cast<T*>(data + unit.offset));
      }
    });
  });
}

uint64_t add_depthwise_weights(LoweringContext& context, const LinearLayer& layer) {
  const auto channels = layer.out.dims.c;
  const auto bytes = static_cast<uint64_t>(layer.taps() * channels) * layer.operand_bytes;
  return context.constants.add(name_of(context, layer, ":weights"), bytes, [&](uint8_t* data) {
    with_weights(layer.plan->weights, [&](const auto* weights) {
      using T = std::remove_const_t<std::remove_pointer_t<decltype(weights)>>;
      auto* table = reinterpret_cast<T*>(data);
      for (int64_t tap = 0; tap < layer.taps(); ++tap) {
        for (int64_t c = 0; c < channels; ++c) {
          const auto place = layer.transposed_weights ? layer.taps() - 1 - tap : tap;
          table[tap * channels + c] = weights[layer.filter_begin(c, 0) + static_cast<size_t>(place)];
        }
      }
    });
  });
}

namespace {

// A channel's lane: its own number, but for units that sum inputs in further lanes.
std::vector<uint64_t> lanes_of(const LinearLayer& layer, const std::vector<PanelUnit>& units) {
  std::vector<uint64_t> lanes(static_cast<size_t>(layer.out.dims.c));
  for (const auto& unit : units)
    for (int64_t column = 0; column < unit.columns; ++column)
      lanes[static_cast<size_t>(unit.out_channel + column)] = static_cast<uint64_t>(unit.lane + column);
  return lanes;
}

}  // namespace

LaneTables lane_tables(const LinearLayer& layer, const std::vector<PanelUnit>& units) {
  const auto& requant = layer.plan->requant;
  const auto channels = static_cast<uint64_t>(layer.out.dims.c);
  const auto accumulator_bytes = isa::element_bytes(isa::accumulator_element(layer.operand_bytes));
  LaneTables tables;
  const auto& last = units.back();
  tables.bytes = static_cast<uint64_t>(last.lane + last.columns + last.sums) * accumulator_bytes;
  if (layer.rounds_twice()) {
    tables.intermediate = isa::round_up(tables.bytes, 64);
    tables.bytes = tables.intermediate + channels * sizeof(int16_t);
  }
  if (requant.per_channel && requant.has_multiplier) {
    tables.multipliers = isa::round_up(tables.bytes, 64);
    tables.bytes = tables.multipliers + channels * sizeof(uint32_t);
  }
  if (layer.adds_bias_late()) {
    tables.late_bias = isa::round_up(tables.bytes, 64);
    tables.bytes = tables.late_bias + channels * sizeof(int32_t);
  } else if (requant.per_channel) {
    tables.shifts = isa::round_up(tables.bytes, 64);
    tables.bytes = tables.shifts + channels;
  }
  return tables;
}

LaneTables add_lane_tables(LoweringContext& context, const LinearLayer& layer,
                           const std::vector<PanelUnit>& units) {
  const auto& requant = layer.plan->requant;
  const auto channels = static_cast<uint64_t>(layer.out.dims.c);
  const auto accumulator_bytes = isa::element_bytes(isa::accumulator_element(layer.operand_bytes));
  auto tables = lane_tables(layer, units);
  const auto lanes = lanes_of(layer, units);
  const auto half = static_cast<int128>(1) << (8 * accumulator_bytes - 2), largest = half - 1 + half;
  tables.offset = context.constants.add(name_of(context, layer, ":bias"), tables.bytes, [&](uint8_t* data) {
    for (uint64_t c = 0; c < channels; ++c) {
      const int128 bias = layer.plan->bias.at(c);
      if (bias > largest || bias < -largest - 1)
        throw std::logic_error("lowering: a bias of " + context.place(layer.node) +
                               " is wider than the accumulator");
      std::memcpy(data + lanes[c] * accumulator_bytes, &bias,
                  accumulator_bytes);  // little endian: the low bytes
      if (tables.intermediate != 0) {
        const auto late = exactly<int16_t>(layer.plan->intermediate[0].bias.at(c), "intermediate bias");
        std::memcpy(data + tables.intermediate + c * sizeof late, &late, sizeof late);
      }
      if (tables.late_bias != 0) {
        const auto late = exactly<int32_t>(layer.plan->late_bias.at(c), "late bias");
        std::memcpy(data + tables.late_bias + c * sizeof late, &late, sizeof late);
      }
      if (tables.multipliers != 0) std::memcpy(data + tables.multipliers + c * 4, &requant.multipliers[c], 4);
      if (tables.shifts != 0)
        data[tables.shifts + c] = static_cast<uint8_t>(exactly<int8_t>(requant.shifts.at(c), "shift"));
    }
  });
  return tables;
}

bool accumulators_hold(const LoweringContext& context, const LinearLayer& layer) {
  if (!context.constants.with_values()) return true;  // or lowered to measure alone
  const auto& input = context.tensor_plan(context.graph.nodes[layer.node].inputs[0]);
  const auto largest_input = std::max<int128>(-static_cast<int128>(input.min()), input.max());
  const auto bits = layer.plan->accumulator.bits;
  const auto limit = (static_cast<int128>(1) << (bits - 2)) - 1 + (static_cast<int128>(1) << (bits - 2));
  const auto depth = static_cast<int128>(layer.taps()) * layer.group_in;
  if (layer.sums_inputs() && depth * largest_input > limit) return false;
  return with_weights(layer.plan->weights, [&](const auto* weights) {
    for (int64_t o = 0; o < layer.out.dims.c; ++o) {
      const auto sum = static_cast<int128>(magnitude_sum(layer, weights, o));
      const auto bias = layer.plan->bias[static_cast<size_t>(o)];
      // sum <= 2^(31 + 31), largest_input <= 2^32: the product stays below 2^94.
      if (sum * largest_input + (bias < 0 ? -bias : bias) > limit) return false;
    }
    return true;
  });
}

}  // namespace mmasim::runtime
