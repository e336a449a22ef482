// Convolutions, products and normalizations of reals: output channels in parts whose weights fit into L2,
// each part over the whole map. Weights that memory holds in fewer bits are widened once per part.
#include <algorithm>
#include <cstring>
#include <string>

#include "isa/float_arithmetic.h"
#include "runtime/lower/array/linear_layer.h"
#include "runtime/lower/operators/real.h"
#include "runtime/lower/schedule/emitter.h"
#include "runtime/lower/tiles/dsp_tile.h"
#include "runtime/lower/tiles/windows.h"

namespace mmasim::runtime {

namespace {

using Form = StoredWeights::Form;

// Output channels that are computed together; of one group.
struct Part {
  int64_t first = 0, count = 0;  // output channels
  int64_t in_first = 0;          // the first input channel that they see
};

// A part's weights, [ky][kx][input channel][output channel], with biases and what widens them: all of them
// constants, and the buffers that hold them while the part is computed.
struct PartConstants {
  uint64_t offset = 0;  // of the block in DDR: weights as stored, then steps or codebook, then biases
  uint64_t weights_bytes = 0, table_at = 0, bias_at = 0, bytes = 0;
};

class RealLinear {
 public:
  RealLinear(LoweringContext& context, NodeId id, const RealPlan& plan)
      : context_(context), plan_(plan), layer_(describe_geometry(context, id)) {
    is_own_ = layer_.group_in == 1 && layer_.group_out == 1;
    depth_ = is_own_ ? 1 : layer_.group_in;
    rows_ = layer_.taps() * depth_;
  }

  void add(uint32_t row) {
    for (const Part& part : parts()) add_part(row, part);
  }

 private:
  // As many channels as a third of the room for tiles holds the weights of.
  std::vector<Part> parts() const {
    const auto share = static_cast<int64_t>(context_.tile_budget_bytes(layer_.node) / 3);
    const int64_t bytes_of_channel = rows_ * static_cast<int64_t>(sizeof(float) + widest_stored_bytes()) + 16;
    const auto lanes = static_cast<int64_t>(context_.machine.vector_bytes / sizeof(float));
    int64_t most = std::max<int64_t>(1, share / bytes_of_channel);
    if (most > lanes) most -= most % lanes;  // whole vectors
    const int64_t span = is_own_ ? layer_.out.dims.c : layer_.group_out;
    std::vector<Part> parts;
    for (int64_t begin = 0; begin < layer_.out.dims.c; begin += span)
      for (int64_t c = 0; c < span; c += most)
        parts.push_back({begin + c, std::min(most, span - c),
                         is_own_ ? begin + c : begin / layer_.group_out * layer_.group_in});
    return parts;
  }
  uint64_t widest_stored_bytes() const { return plan_.stored.form == Form::f32 ? 0 : 2; }

  uint64_t stored_bytes(const Part& part) const {
    const auto weights = static_cast<uint64_t>(rows_ * part.count);
    switch (plan_.stored.form) {
      case Form::f32:
        return 4 * weights;
      case Form::f16:
        return 2 * weights;
      case Form::s8:
        return weights;
      case Form::indices:
        return (weights * plan_.stored.index_bits + 7) / 8;
    }
    return 0;
  }
  uint64_t table_bytes(const Part& part) const {
    if (plan_.stored.form == Form::s8) return 4 * static_cast<uint64_t>(part.count);
    return plan_.stored.form == Form::indices ? uint64_t{4} << plan_.stored.index_bits : 0;
  }

  // Calls visit(index of the weight in the graph's order) row by row, channel by channel.
  template <class Visit>
  void for_each_weight(const Part& part, Visit&& visit) const {
    for (int64_t tap = 0; tap < layer_.taps(); ++tap)
      for (int64_t d = 0; d < depth_; ++d)
        for (int64_t c = part.first; c < part.first + part.count; ++c)
          visit(layer_.filter_begin(c, d) +
                static_cast<size_t>(layer_.transposed_weights ? layer_.taps() - 1 - tap : tap));
  }

  void fill_weights(const Part& part, uint8_t* data) const {
    const StoredWeights& stored = plan_.stored;
    size_t next = 0;
    for_each_weight(part, [&](size_t at) {
      if (stored.form == Form::f32) std::memcpy(data + 4 * next, &plan_.weights[at], 4);
      if (stored.form == Form::s8) data[next] = static_cast<uint8_t>(stored.integers.s8[at]);
      if (stored.form == Form::f16) {
        const uint16_t half = isa::half_of_float(plan_.weights[at]);
        std::memcpy(data + 2 * next, &half, 2);
      }
      if (stored.form == Form::indices)
        for (uint32_t bit = 0; bit < stored.index_bits; ++bit) {
          const size_t place = next * stored.index_bits + bit;
          data[place / 8] |= static_cast<uint8_t>((stored.indices[at] >> bit & 1) << place % 8);
        }
      ++next;
    });
  }
  void fill_table(const Part& part, uint8_t* data) const {
    const StoredWeights& stored = plan_.stored;
    if (stored.form == Form::indices) std::memcpy(data, stored.codebook.data(), 4 * stored.codebook.size());
    if (stored.form == Form::s8)
      for (int64_t c = 0; c < part.count; ++c)
        std::memcpy(data + 4 * c,
                    &stored.steps[stored.steps.size() == 1 ? 0 : static_cast<size_t>(part.first + c)], 4);
  }

  PartConstants add_constants(const Part& part) {
    PartConstants block;
    block.weights_bytes = stored_bytes(part);
    block.table_at = isa::round_up(block.weights_bytes, 64);
    block.bias_at = isa::round_up(block.table_at + table_bytes(part), 64);
    block.bytes = block.bias_at + 4 * static_cast<uint64_t>(part.count);
    const std::string name = context_.graph.nodes[layer_.node].name + ":weights";
    const std::string from = part.first == 0 ? "" : ":" + std::to_string(part.first);  // output channel
    block.offset = context_.constants.add(name + from, block.bytes, [&](uint8_t* data) {
      fill_weights(part, data);
      fill_table(part, data + block.table_at);
      std::memcpy(data + block.bias_at, plan_.bias.data() + part.first, 4 * static_cast<size_t>(part.count));
    });
    return block;
  }

  // Makes binary32 numbers of the weights as they were loaded.
  void widen(StepEmitter& emit, const Part& part, const PartConstants& block, BufferId from,
             BufferId to) const {
    const isa::Address src = emit.address(from), dst = emit.address(to);
    const auto channels = field(part.count, "channels");
    if (plan_.stored.form == Form::indices) {
      isa::DspUnpack unpack;
      unpack.src = src, unpack.dst = dst, unpack.table = src + static_cast<int64_t>(block.table_at);
      unpack.element_bytes = 4, unpack.bits = static_cast<uint8_t>(plan_.stored.index_bits);
      unpack.count = field(rows_ * part.count, "count");
      return emit.issue(unpack);
    }
    const auto set_rows = [&](auto& work, int64_t stored_size) {
      work.src = src, work.dst = dst;
      work.count_x = field(rows_, "count_x"), work.channels = channels;
      work.src_x_stride = field(part.count * stored_size, "src_x_stride");
      work.dst_x_stride = field(part.count * 4, "dst_x_stride");
    };
    if (plan_.stored.form == Form::f16) {
      isa::DspConvert convert;
      set_rows(convert, 2);
      return emit.issue(convert);
    }
    isa::DspDequantize dequantize;
    set_rows(dequantize, 1);
    dequantize.steps = src + static_cast<int64_t>(block.table_at);
    emit.issue(dequantize);
  }

  isa::DspConvolveF32 prototype(const Part& part) const {
    isa::DspConvolveF32 work;
    work.per_channel = is_own_ ? 1 : 0;
    work.depth = field(depth_, "depth");
    work.weight_stride = field(part.count * 4, "weight_stride");
    work.low = plan_.low, work.high = plan_.high;
    windows::set_fields(work, {{layer_.kernel_y, layer_.stride_y, layer_.dilation_y},
                               {layer_.kernel_x, layer_.stride_x, layer_.dilation_x}});
    return work;
  }

  // The channels of the input that a region of the output sees; `region` counts output channels from the
  // part's first.
  Region input_region(const Part& part, const Region& region) const {
    Region input = layer_.input_region(region);
    input.c0 = part.in_first + (is_own_ ? region.c0 : 0);
    input.c1 = is_own_ ? input.c0 + region.channels() : part.in_first + depth_;
    return input;
  }

  void add_part(uint32_t row, const Part& part) {
    const PartConstants block = add_constants(part);
    const bool is_widened = plan_.stored.form != Form::f32;
    const uint64_t widened_bytes = is_widened ? static_cast<uint64_t>(4 * rows_ * part.count) : 0;
    const auto need = [&](const Region& region) {
      return static_cast<uint64_t>((input_region(part, region).elements() + region.elements()) * 4);
    };
    const auto budget = context_.tile_budget_bytes(layer_.node), held = block.bytes + widened_bytes + 1024;
    Dims dims = layer_.out.dims;
    dims.c = part.count;
    BufferId constants{}, weights{};
    bool is_first = true;
    for (const auto& region : cut_regions(dims, need, budget > held ? budget - held : 0)) {
      auto& step = context_.schedule.new_step(row);
      if (is_first) {
        constants = load_constants(context_, step, block.offset, block.bytes);
        weights = is_widened ? context_.schedule.new_buffer(widened_bytes) : constants;
        if (is_widened) step.allocates.push_back(weights);
      }
      step.uses.push_back(constants);
      step.uses.push_back(weights);
      const auto in = load_tile(context_, step, layer_.in, input_region(part, region), 0, layer_.spread);
      Region target = region;
      target.c0 += part.first, target.c1 += part.first;
      const auto out = output_tile(context_, step, layer_.out, target);
      step.compute = [self = *this, part, block, constants, weights, in, out, region,
                      is_first](StepEmitter& emit) {
        if (is_first && weights != constants) self.widen(emit, part, block, constants, weights);
        auto work = self.prototype(part);
        set_tile(work, region.rows(), region.columns(), region.channels());
        set_source(work, emit.address(in.buffer, in.offset), in);
        set_destination(work, emit.address(out.buffer, out.offset), out);
        work.weights = emit.address(weights) + region.c0 * 4;
        work.biases = emit.address(constants) + static_cast<int64_t>(block.bias_at) + region.c0 * 4;
        emit.issue(work);
      };
      store_tile(context_, step, layer_.out, target, out);
      is_first = false;
    }
  }

  LoweringContext& context_;
  const RealPlan& plan_;
  LinearLayer layer_;
  bool is_own_ = false;  // every channel has a filter of its own
  int64_t depth_ = 1;    // input channels of a sum
  int64_t rows_ = 1;     // of the weights
};

const char* kind_of(const Node& node, const LinearLayer& layer) {
  if (std::holds_alternative<Gemm>(node.op)) return "gemm";
  if (std::holds_alternative<BatchNorm>(node.op)) return "batchnorm";
  if (std::holds_alternative<ConvTranspose>(node.op)) return "conv_transpose";
  if (layer.is_depthwise()) return "depthwise";
  return layer.groups > 1 ? "grouped_conv" : "conv";
}

}  // namespace

void lower_real_linear(LoweringContext& context, NodeId id, const RealPlan& plan) {
  const auto& node = context.graph.nodes[id];
  const auto row = begin_layer(context, id, kind_of(node, describe_geometry(context, id)), isa::Setup::heavy);
  context.schedule.layers[row].dataflow = "dsp";
  context.fallbacks.push_back({node.name, "the array has no real numbers", "DSP"});
  RealLinear(context, id, plan).add(row);
}

}  // namespace mmasim::runtime
