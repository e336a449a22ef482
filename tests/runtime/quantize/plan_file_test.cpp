// Saved plans: what is written reads back the same, and what a hand may spoil is refused with its place.
#include "runtime/quantize/plan_file.h"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "runtime/lower/lower.h"
#include "runtime/quantize/widen.h"
#include "runtime/user_error.h"
#include "tests/runtime/io/temporary_folder.h"
#include "tests/runtime/quantize/every_operator.h"

using namespace mmasim;
using namespace mmasim::runtime;
using namespace mmasim::runtime::test;

namespace {

std::string read_file(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

// A plan of one convolution, of which a hand changed one piece of text.
std::string complaint(const std::string& from, const std::string& to) {
  const TemporaryFolder folder("plan-file");
  GraphBuilder b;
  const TensorId x = b.input({1, 2, 1, 1}, {0, 1});
  b.node(pointwise(1, 2, {1.0f, -0.5f}, {0.25}), {x}, {1, 1, 1, 1}, {0, 1}, relu());
  save_plan(b.graph, b.plan("tidl-np2-fixed"), folder.file("p.yaml"));
  folder.write("p.yaml", replaced(read_file(folder.file("p.yaml")), from, to));
  try {
    load_plan(b.graph, folder.file("p.yaml"));
  } catch (const UserError& error) {
    return std::string(error.what()).substr(folder.path().size() + 1);
  }
  return "";
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("plan file: a plan that was saved and read gives the identical program and file") {
  const TemporaryFolder folder("plan-file");
  const GraphBuilder b = every_operator();
  for (const char* precision : {"int8", "int16", "int32"}) {
    for (const PresetInfo& preset : presets_with(precision)) {
      CAPTURE(preset.name);
      CAPTURE(precision);
      const QuantPlan plan = b.plan(preset.name, precision);
      save_plan(b.graph, plan, folder.file("p.yaml"));
      const LoadedPlan loaded = load_plan(b.graph, folder.file("p.yaml"));
      save_plan(loaded.graph, loaded.plan, folder.file("again.yaml"));
      CHECK(read_file(folder.file("again.yaml")) == read_file(folder.file("p.yaml")));
      CHECK(read_file(folder.file("again.npz")) == read_file(folder.file("p.npz")));
      const isa::Program first = lower(b.graph, plan, isa::Machine{}, {}).program;
      const isa::Program second = lower(loaded.graph, loaded.plan, isa::Machine{}, {}).program;
      CHECK(first.code == second.code);
      CHECK(first.constants == second.constants);
      CHECK(first.inputs.at(0).inv_step == second.inputs.at(0).inv_step);
    }
  }
}

TEST_CASE("plan file: nodes that widen operands are there again") {
  const TemporaryFolder folder("plan-file");
  const GraphBuilder b = every_operator();
  QuantSpec spec = resolve_preset("tidl-np2-fixed", "preset");
  spec.overrides.push_back(
      {"op:Conv|op:ConvTranspose|op:Gemm|op:BatchNorm", "test", {{"weight.bits", "16", "test"}}});
  Graph graph = b.graph;
  Ranges ranges = b.ranges;
  Recipe recipe = make_recipe(graph, spec);
  insert_widening(graph, recipe, &ranges);
  const QuantPlan plan = make_plan(graph, recipe, ranges);
  CHECK(plan.precision == "mixed");
  save_plan(graph, plan, folder.file("p.yaml"));
  const LoadedPlan loaded = load_plan(b.graph, folder.file("p.yaml"));
  REQUIRE(loaded.graph.nodes.size() == graph.nodes.size());
  CHECK(graph.nodes.size() > b.graph.nodes.size());
  CHECK(lower(loaded.graph, loaded.plan, isa::Machine{}, {}).program.code ==
        lower(graph, plan, isa::Machine{}, {}).program.code);
  CHECK(read_plan_head(folder.file("p.yaml"))->precision == "mixed");
  CHECK_FALSE(read_plan_head(folder.file("p.npz")));
}

TEST_CASE("plan file: an edited number is taken, an impossible one is refused") {
  CHECK(complaint("bias: [", "bias: [1, ") == "p.yaml: node 'Conv0': bias has 2 entries; expected 1");
  CHECK(complaint("clip_min: 0", "clip_min: 1") ==
        "p.yaml: node 'Conv0': other bounds than the element's need needs_clip: true");
  CHECK(complaint("clip_max: 255", "clip_max: 256") ==
        "p.yaml: node 'Conv0': clip_min..clip_max leaves the integers of its output");
  CHECK(complaint("accumulator_bits: 32", "accumulator_bits: 24") ==
        "p.yaml: node 'Conv0': accumulator_bits is 24; expected 32");
  CHECK(complaint("shifts: [", "shifts: [-41, ") == "p.yaml: node 'Conv0': shifts has 2 entries; expected 1");
  CHECK(complaint("bits: 8", "bits: 12") == "p.yaml: tensor 'input0': bits is 12; expected 8, 16 or 32");
  CHECK(contains(complaint("inv_step: ", "inv_step: -"), "tensor 'input0': inv_step is no positive number"));
  CHECK(contains(complaint("name: \"Conv0\"", "name: \"Conv1\""),
                 "is a plan of another network: node 'Conv1'"));
  CHECK(complaint("shifts: [", "shifts: [ ") == "");  // the same numbers
}

TEST_CASE("plan file: what is no plan is refused with line and column") {
  CHECK(contains(complaint("overflow: wrap", "overflow: wrapp"),
                 ": overflow is wrapp; the nearest word is 'wrap'"));
  CHECK(contains(complaint("overflow: wrap", "overflw: wrap"), ": field 'overflow' is missing"));
  CHECK(contains(complaint("overflow: wrap", "overflow: wrap, x: 1"), ": unknown field 'x'"));
  CHECK(contains(complaint("zero_point: 0", "zero_point: 0.5"),
                 "zero_point is '0.5'; expected a whole number"));
  CHECK(contains(complaint("weight_bits: 8", "weight_bits: 32"), "is a plan of another network: it has 2"));
  CHECK(contains(complaint("mmasim.plan/1", "mmasim.plan/9"), "p.yaml:2:9: format is not mmasim.plan/1"));
  CHECK(contains(complaint("tensors:", "tensors: ]"), "not YAML of a plan"));
}
