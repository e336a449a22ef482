#include <doctest/doctest.h>
#include <yaml-cpp/yaml.h>

#include "tests/runtime/quantize/graph_builder.h"

using namespace mmasim::runtime;
using namespace mmasim::runtime::test;

TEST_CASE("plan yaml: every tensor and node can be read back, and steps are exact") {
  GraphBuilder b;
  const TensorId x = b.input({1, 2, 1, 1}, {0, 3});
  const TensorId y = b.node(pointwise(2, 2, {1, 2, 3, 4}, {0, 1e9}), {x}, {1, 2, 1, 1}, {0, 1e9}, relu());
  b.node(Add{}, {y, y}, {1, 2, 1, 1}, {0, 2e9});
  b.graph.tensors[y].name = "odd \"name\": \\ \n";
  for (const PresetInfo& preset : presets_with("int8")) {
    const QuantPlan plan = b.plan(preset.name);
    const YAML::Node yaml = YAML::Load(to_yaml(b.graph, plan));
    CHECK(yaml["preset"].as<std::string>() == preset.name);
    CHECK(yaml["precision"].as<std::string>() == "int8");
    REQUIRE(yaml["tensors"].size() == 3);
    CHECK(yaml["tensors"][1]["name"].as<std::string>() == b.graph.tensors[y].name);
    CHECK(yaml["tensors"][1]["sign"].as<std::string>() ==
          (plan.tensors[1].is_signed ? "signed" : "unsigned"));
    for (size_t i = 0; i < 3; ++i) {
      CHECK(yaml["tensors"][i]["inv_step"].as<double>() == plan.tensors[i].inv_step);
      CHECK(yaml["tensors"][i]["zero_point"].as<int64_t>() == plan.tensors[i].zero_point);
      CHECK(yaml["tensors"][i]["range"][1].as<double>() == plan.tensors[i].high);
    }
    CHECK(yaml["nodes"][0]["operator"].as<std::string>() == "Conv");
    CHECK(yaml["nodes"][1]["multipliers"].size() == 2);
    CHECK(yaml["warnings"].size() == plan.warnings.size());
  }
}
