// Enlargement on the DSP: nearest by repeated elements, bilinear by integer weights.
#include <algorithm>

#include "runtime/lower/operators/operators.h"
#include "runtime/lower/schedule/emitter.h"
#include "runtime/lower/tiles/dsp_tile.h"

namespace mmasim::runtime {

namespace {

// Input rows (or columns) [begin, end) that outputs [first, last) touch, one beyond on either side for
// bilinear.
void source_range(int64_t first, int64_t last, int64_t factor, int64_t size, int64_t reach, int64_t& begin,
                  int64_t& end) {
  begin = std::max<int64_t>(0, first / factor - reach);
  end = std::min(size, (last - 1) / factor + 1 + reach);
}

Region source_region(const Resize& op, const Dims& in, const Region& out) {
  Region region = out;
  const int64_t reach = op.mode == Resize::Mode::bilinear ? 1 : 0;
  source_range(out.y0, out.y1, op.factor_y, in.h, reach, region.y0, region.y1);
  source_range(out.x0, out.x1, op.factor_x, in.w, reach, region.x0, region.x1);
  return region;
}

// Tiles begin and end on whole input cells, so that repetition is a stride of 0.
void issue_nearest(StepEmitter& emit, const Resize& op, const Tile& in, const Tile& out, const Region& source,
                   int64_t e) {
  isa::DspPermute permute;
  permute.element_bytes = exactly<uint8_t>(e, "element_bytes");
  permute.src = emit.address(in.buffer, in.offset), permute.dst = emit.address(out.buffer, out.offset);
  permute.n1 = field(source.channels(), "n1"), permute.src_stride1 = permute.dst_stride1 = e;
  permute.n2 = field(op.factor_x, "n2"), permute.dst_stride2 = out.pitch_x;
  permute.n3 = field(source.columns(), "n3"), permute.src_stride3 = in.pitch_x,
  permute.dst_stride3 = out.pitch_x * op.factor_x;
  permute.n4 = field(op.factor_y, "n4"), permute.dst_stride4 = out.pitch_y;
  permute.n5 = field(source.rows(), "n5"), permute.src_stride5 = in.pitch_y,
  permute.dst_stride5 = out.pitch_y * op.factor_y;
  emit.issue(permute);
}

isa::DspResize bilinear(const LoweringContext& context, NodeId id, const Resize& op, const Dims& in) {
  isa::DspResize work;
  const auto& tensor = context.tensor_plan(context.graph.nodes[id].output);
  work.type = tensor.element();
  work.factor_y = field(op.factor_y, "factor_y"), work.factor_x = field(op.factor_x, "factor_x");
  work.half_pixel = op.half_pixel ? 1 : 0;
  work.in_height = field(in.h, "in_height"), work.in_width = field(in.w, "in_width");
  work.clip_min = tensor.min(), work.clip_max = tensor.max();
  if (context.has_values()) {
    const auto& plan = std::get<ResizePlan>(context.plan.nodes[id]);
    work.multiplier = plan.multiplier, work.shift = exactly<int8_t>(plan.shift, "shift");
  }
  return work;
}

}  // namespace

void lower_resize(LoweringContext& context, NodeId id) {
  const auto& node = context.graph.nodes[id];
  const auto& op = std::get<Resize>(node.op);
  const auto row = begin_layer(context, id, "resize", isa::Setup::light);
  context.schedule.layers[row].dataflow = "dsp";
  const auto in_view = context.view(node.inputs[0]), out_view = context.view(node.output);
  const bool nearest = op.mode == Resize::Mode::nearest;
  // Cut the input and enlarge each part: parts meet on whole cells.
  const auto enlarged = [&](const Region& part) {
    Region out = part;
    out.y0 *= op.factor_y, out.y1 *= op.factor_y, out.x0 *= op.factor_x, out.x1 *= op.factor_x;
    return out;
  };
  const auto need = [&](const Region& part) {
    const auto halo = (part.rows() + 2) * (part.columns() + 2) * part.channels();
    return static_cast<uint64_t>((halo + enlarged(part).elements()) * in_view.element_size());
  };
  const auto prototype = nearest ? isa::DspResize{} : bilinear(context, id, op, in_view.dims);
  for (const auto& part : cut_regions(in_view.dims, need, context.tile_budget_bytes(id))) {
    const auto region = enlarged(part);
    const auto source = source_region(op, in_view.dims, region);
    auto& step = context.schedule.new_step(row);
    const auto in = load_tile(context, step, in_view, source, 0);
    const auto out = output_tile(context, step, out_view, region);
    const auto e = in_view.element_size();
    step.compute = [=](StepEmitter& emit) {
      if (nearest) return issue_nearest(emit, op, in, out, source, e);
      auto work = prototype;
      set_tile(work, region.rows(), region.columns(), region.channels());
      set_source(work, emit.address(in.buffer, in.offset), in);
      set_destination(work, emit.address(out.buffer, out.offset), out);
      work.out_y = field(region.y0, "out_y"), work.out_x = field(region.x0, "out_x");
      work.src_y = field(source.y0, "src_y"), work.src_x = field(source.x0, "src_x");
      emit.issue(work);
    };
    store_tile(context, step, out_view, region, out);
  }
}

}  // namespace mmasim::runtime
