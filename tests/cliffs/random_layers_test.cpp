// Layers drawn at random: a legal one is never refused for its size, and computes what the reference does.
#include <doctest/doctest.h>

#include <array>
#include <random>

#include "sim/config/config.h"
#include "sim/experiment/pipeline.h"
#include "tests/cliffs/layer.h"
#include "tests/kit/execution.h"

using namespace mmasim;
using cliffs::Kind;
using cliffs::Layer;

namespace {

class Draw {
 public:
  explicit Draw(uint64_t seed) : random_(seed) {}

  int64_t between(int64_t first, int64_t last) {
    return first + static_cast<int64_t>(random_() % static_cast<uint64_t>(last - first + 1));
  }
  // Small ones as often as large ones.
  int64_t scaled(int64_t last) {
    int64_t top = 1;
    while (top < last && between(0, 3) != 0) top *= 2;
    return between(1, std::min(2 * top, last));
  }

 private:
  std::mt19937_64 random_;
};

struct Bounds {
  int64_t channels, size, kernel, stride, dilation, factor;
  double macs;
};
constexpr Bounds kLarge{2048, 512, 13, 8, 36, 16, 4e9};
constexpr Bounds kSmall{96, 20, 7, 4, 6, 4, 2e6};

void draw_groups(Draw& draw, Layer& layer) {
  if (draw.between(0, 2) == 0) layer.groups = layer.out = layer.in;  // depthwise
  if (draw.between(0, 3) != 0) return;
  const auto groups = int64_t{1} << draw.between(1, 4);
  layer.in = (layer.in + groups - 1) / groups * groups,
  layer.out = (layer.out + groups - 1) / groups * groups;
  layer.groups = groups;
}

Layer drawn(Draw& draw, const Bounds& bounds) {
  for (;;) {
    Layer layer;
    layer.kind = static_cast<Kind>(draw.between(0, static_cast<int64_t>(Kind::softmax)));
    if (draw.between(0, 1) == 0) layer.kind = Kind::conv;
    layer.batch = draw.between(0, 3) == 0 ? draw.between(2, 4) : 1;
    layer.in = draw.scaled(bounds.channels), layer.out = draw.scaled(bounds.channels);
    layer.height = draw.scaled(bounds.size);
    layer.width = draw.between(0, 1) == 0 ? layer.height : draw.scaled(bounds.size);
    layer.kernel[0] = draw.scaled(bounds.kernel);
    layer.kernel[1] = draw.between(0, 3) == 0 ? draw.scaled(bounds.kernel) : layer.kernel[0];
    layer.stride = draw.scaled(bounds.stride), layer.factor = draw.scaled(bounds.factor);
    if (draw.between(0, 1) == 0) layer.stride = 1;
    const bool is_pool = layer.kind == Kind::max_pool || layer.kind == Kind::average_pool;
    if (!is_pool && draw.between(0, 2) == 0) layer.dilation = draw.scaled(bounds.dilation);
    if (draw.between(0, 1) == 0) layer.pad = layer.dilation * (layer.kernel[0] / 2);
    const bool has_weights = layer.kind == Kind::conv || layer.kind == Kind::conv_transpose;
    if (has_weights) draw_groups(draw, layer);
    if (!cliffs::is_legal(layer)) continue;
    if (cliffs::macs_of(layer) <= bounds.macs && cliffs::bytes_of(layer) <= bounds.macs / 10) return layer;
  }
}

std::array<sim::Configuration, 2> both_parts() {
  return {sim::resolve_config({"tda4vm", {}}), sim::resolve_config({"am62a", {}})};
}

// Every layer is a seed's, so that one that fails can be drawn again.
void check_never_refused(uint64_t first, uint64_t count) {
  const auto configs = both_parts();
  for (uint64_t seed = first; seed < first + count; ++seed) {
    Draw draw(seed);
    const auto layer = drawn(draw, kLarge);
    const int bits = draw.between(0, 2) == 0 ? 16 : 8;
    const auto measured = cliffs::measure(layer, configs[seed % 2], bits, cliffs::Depth::lowered);
    CAPTURE(seed);
    CAPTURE(bits);
    CAPTURE(configs[seed % 2].name);
    CAPTURE(layer.text());
    CHECK(measured.refusal == "");
  }
}

void check_exact(uint64_t first, uint64_t count) {
  const auto configs = both_parts();
  for (uint64_t seed = first; seed < first + count; ++seed) {
    Draw draw(seed);
    const auto layer = drawn(draw, kSmall);
    sim::QuantChoice quant;
    quant.precision = draw.between(0, 2) == 0 ? "int16" : "int8";
    const auto& config = configs[seed % 2];
    CAPTURE(seed);
    CAPTURE(quant.precision);
    CAPTURE(config.name);
    CAPTURE(layer.text());
    const auto result = tests::execute_and_compare(
        cliffs::graph_with_values(layer, static_cast<uint32_t>(seed)), sim::quantization_of(quant).spec,
        config.machine, {sim::cost_model(config), config.schedule, true});
    CHECK(result.difference == "");
    CHECK(result.any_order_agrees);
    CHECK(result.compared_tensors > 0);
  }
}

}  // namespace

TEST_SUITE_BEGIN("cliffs");

TEST_CASE("random layers: legal ones are never refused for their size") { check_never_refused(1, 400); }

TEST_CASE("random layers: small ones compute what the reference does") { check_exact(1, 60); }

TEST_SUITE_END();

TEST_SUITE_BEGIN("long cliffs");

TEST_CASE("random layers: ten thousand legal ones are never refused for their size") {
  check_never_refused(1000, 10000);
}

TEST_CASE("random layers: a thousand small ones compute what the reference does") { check_exact(1000, 1000); }

TEST_SUITE_END();
