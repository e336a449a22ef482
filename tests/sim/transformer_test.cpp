// What a vision transformer (DeiT) needs that is not there: docs/operators.md lists it, and `mmasim check`
// says it of the nodes, in each of the forms in which exporters write them.
#include <regex>
#include <set>

#include "tests/kit/onnx_builder.h"
#include "tests/sim/command_line.h"

using namespace mmasim::sim::test;
using namespace mmasim::tests;
using mmasim::runtime::test::TemporaryFolder;

namespace {

// One block of two heads of 16 channels, on four patches of 16 x 16 pixels and a class token.
class Transformer {
 public:
  explicit Transformer(int64_t opset) : opset_(opset), onnx_(opset) {
    onnx_.input("image", {1, 3, 32, 32});
    onnx_.add_conv("patches", "image", "p", {32, 3, 16, 16}, {ints("strides", {16, 16})});
    onnx_.integers("flat", {1, 32, 4}).add_node("Reshape", {"p", "flat"}, {"f"});
    add("Transpose", {"f"}, "tokens", {1, 4, 32}, {ints("perm", {0, 2, 1})});
    onnx_.initializer("class", {1, 1, 32}).initializer("position", {1, 5, 32});
    add("Concat", {"class", "tokens"}, "c", {1, 5, 32}, {integer("axis", 1)});
    add("Add", {"c", "position"}, "x", {1, 5, 32});
    normalize("x", "n1");
    attend();
    add("Add", {"x", "attended"}, "y", {1, 5, 32});
    normalize("y", "n2");
    multiply("n2", "wide", 32, 64);
    gelu("wide", "gelu", {1, 5, 64});
    multiply("gelu", "narrow", 64, 32);
    add("Add", {"y", "narrow"}, "z", {1, 5, 32});
    normalize("z", "n3");
    onnx_.initializer("first", integer_tensor({}, {0}));
    add("Gather", {"n3", "first"}, "token", {1, 32}, {integer("axis", 1)});
    onnx_.add_gemm("head", "token", "logits", {10, 32}).output("logits");
  }

  void save(const std::string& path) const { onnx_.save(path); }

 private:
  using Shape = OnnxBuilder::Shape;

  // With the shape of its result, as exporters write it.
  void add(const std::string& op, const OnnxBuilder::Names& inputs, const std::string& to, const Shape& shape,
           const OnnxBuilder::Attributes& attributes = {}) {
    onnx_.add_node(op, inputs, {to}, attributes);
    auto* value = onnx_.graph().add_value_info();
    value->set_name(to);
    auto* type = value->mutable_type()->mutable_tensor_type();
    type->set_elem_type(onnx::TensorProto::FLOAT);
    for (const int64_t dimension : shape) type->mutable_shape()->add_dim()->set_dim_value(dimension);
  }

  void scalar(const std::string& name, float value) { onnx_.initializer(name, Shape{}, {value}); }

  void normalize(const std::string& from, const std::string& to) {
    const Shape whole{1, 5, 32}, mean{1, 5, 1};
    onnx_.initializer(to + ".scale", {32}).initializer(to + ".shift", {32});
    if (opset_ >= 17)
      return add("LayerNormalization", {from, to + ".scale", to + ".shift"}, to, whole,
                 {integer("axis", -1)});
    scalar(to + ".two", 2);
    scalar(to + ".epsilon", 1e-6f);
    const OnnxBuilder::Attributes last{ints("axes", {-1})};
    add("ReduceMean", {from}, to + ".mean", mean, last);
    add("Sub", {from, to + ".mean"}, to + ".d", whole);
    add("Pow", {to + ".d", to + ".two"}, to + ".d2", whole);
    add("ReduceMean", {to + ".d2"}, to + ".variance", mean, last);
    add("Add", {to + ".variance", to + ".epsilon"}, to + ".v", mean);
    add("Sqrt", {to + ".v"}, to + ".s", mean);
    add("Div", {to + ".d", to + ".s"}, to + ".n", whole);
    add("Mul", {to + ".n", to + ".scale"}, to + ".m", whole);
    add("Add", {to + ".m", to + ".shift"}, to, whole);
  }

  void multiply(const std::string& from, const std::string& to, int64_t channels, int64_t outputs) {
    onnx_.initializer(to + ".weight", {channels, outputs}).initializer(to + ".bias", {outputs});
    add("MatMul", {from, to + ".weight"}, to + ".product", {1, 5, outputs});
    add("Add", {to + ".product", to + ".bias"}, to, {1, 5, outputs});
  }

  void attend() {
    multiply("n1", "qkv", 32, 96);
    onnx_.integers("heads", {1, 5, 3, 2, 16});
    add("Reshape", {"qkv", "heads"}, "h", {1, 5, 3, 2, 16});
    add("Transpose", {"h"}, "t", {3, 1, 2, 5, 16}, {ints("perm", {2, 0, 3, 1, 4})});
    for (const int64_t i : {0, 1, 2}) {
      const std::string name(1, "qkv"[i]);
      onnx_.initializer("index." + name, integer_tensor({}, {i}));
      add("Gather", {"t", "index." + name}, name, {1, 2, 5, 16}, {integer("axis", 0)});
    }
    add("Transpose", {"k"}, "kt", {1, 2, 16, 5}, {ints("perm", {0, 1, 3, 2})});
    add("MatMul", {"q", "kt"}, "scores", {1, 2, 5, 5});
    scalar("quarter", 0.25f);
    add("Mul", {"scores", "quarter"}, "scaled", {1, 2, 5, 5});
    add("Softmax", {"scaled"}, "weights", {1, 2, 5, 5}, {integer("axis", -1)});
    add("MatMul", {"weights", "v"}, "mixed", {1, 2, 5, 16});
    add("Transpose", {"mixed"}, "side", {1, 5, 2, 16}, {ints("perm", {0, 2, 1, 3})});
    onnx_.integers("joined", {1, 5, 32});
    add("Reshape", {"side", "joined"}, "all", {1, 5, 32});
    multiply("all", "attended", 32, 32);
  }

  void gelu(const std::string& from, const std::string& to, const Shape& shape) {
    if (opset_ >= 20) return add("Gelu", {from}, to, shape);
    scalar("root", 1.41421356f);
    scalar("one", 1);
    scalar("half", 0.5f);
    add("Div", {from, "root"}, to + ".r", shape);
    add("Erf", {to + ".r"}, to + ".e", shape);
    add("Add", {to + ".e", "one"}, to + ".1", shape);
    add("Mul", {from, to + ".1"}, to + ".2", shape);
    add("Mul", {to + ".2", "half"}, to, shape);
  }

  const int64_t opset_;
  OnnxBuilder onnx_;
};

// Operator and what is said of it, in the list of docs/operators.md.
std::set<std::string> listed() {
  const auto page = text_of_file(MMASIM_SOURCE_DIR "/docs/operators.md");
  std::stringstream lines(page.substr(page.find("## What a vision transformer needs")));
  std::set<std::string> rows;
  const std::regex row("\\| ([A-Z][A-Za-z]+) \\| [^|]+ \\| ([^|]+) \\|");
  std::smatch parts;
  for (std::string line; std::getline(lines, line);)
    if (std::regex_match(line, parts, row)) rows.insert(parts[1].str() + ": " + parts[2].str());
  return rows;
}

std::set<std::string> refused(const std::string& file) {
  const auto said = command_line("check " + file + " --format json");
  CHECK(said.exit_code == 2);
  std::set<std::string> rows;
  const auto checked = nlohmann::json::parse(said.out);
  for (const auto& node : checked["nodes"]) {
    if (node["reason"].is_null()) continue;
    const auto reason =
        std::regex_replace(node["reason"].get<std::string>(), std::regex("\\[[0-9, ]+\\]"), "...");
    rows.insert(node["op"].get<std::string>() + ": " + reason);
  }
  CHECK(checked["cut"] == nlohmann::json{"tokens"});  // the patches are computed
  return rows;
}

}  // namespace

TEST_CASE(
    "transformer: what check refuses of a DeiT is what the page of operators lists, no more and no less") {
  const TemporaryFolder folder("transformer");
  const auto file = folder.file("deit.onnx");
  std::set<std::string> all;
  for (const int64_t opset : {13, 17, 20}) {
    Transformer(opset).save(file);
    const auto rows = refused(file);
    CHECK(rows.size() == (opset == 13 ? 7 : 5));
    all.insert(rows.begin(), rows.end());
  }
  CHECK(all == listed());
}

TEST_CASE("transformer: its patches run up to where check says, and so do the other parts") {
  const TemporaryFolder folder("transformer");
  Transformer(17).save(folder.file("deit.onnx"));
  OnnxBuilder parts(13);
  parts.input("tokens", {1, 5, 32})
      .initializer("position", {1, 5, 32})
      .add_node("Add", {"tokens", "position"}, {"x"});
  parts.add_node("ReduceMean", {"x"}, {"mean"}, {ints("axes", {-1})}).add_node("Sub", {"x", "mean"}, {"d"});
  parts.initializer("weight", {32, 96}).initializer("bias", {96});
  parts.add_node("MatMul", {"d", "weight"}, {"product"}).add_node("Add", {"product", "bias"}, {"qkv"});
  parts.integers("heads", {1, 5, 3, 2, 16}).add_node("Reshape", {"qkv", "heads"}, {"h"});
  parts.add_node("Transpose", {"h"}, {"t"}, {ints("perm", {2, 0, 3, 1, 4})});
  parts.add_node("Softmax", {"t"}, {"y"}, {integer("axis", -1)}).output("y").save(folder.file("parts.onnx"));
  for (const std::string network : {"deit.onnx --outputs tokens", "parts.onnx"}) {
    const auto said = command_line("run " + folder.file(network) + " --verify --out none --quiet");
    CAPTURE(said.error);
    CHECK(said.exit_code == 0);
  }
}
