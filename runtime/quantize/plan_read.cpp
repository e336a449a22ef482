// Reads a plan file and its archive of weights back: form and types here, with their places; whether the
// numbers fit the network is plan_check.cpp's matter.
#include <yaml-cpp/yaml.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <set>

#include "isa/kit/nearest_word.h"
#include "runtime/io/npz.h"
#include "runtime/quantize/plan_check.h"
#include "runtime/quantize/plan_fields.h"
#include "runtime/quantize/plan_file.h"
#include "runtime/quantize/widen.h"
#include "runtime/quantize/yaml_text.h"
#include "runtime/user_error.h"

namespace mmasim::runtime {

namespace {

constexpr uint64_t kLargestFileBytes = uint64_t{1} << 28;

std::string read_text(const std::string& file) {
  std::ifstream in(file, std::ios::binary | std::ios::ate);
  if (!in) throw UserError(file + ": cannot be opened");
  const auto bytes = in.tellg();
  if (bytes < 0 || static_cast<uint64_t>(bytes) > kLargestFileBytes)
    throw UserError(file + ": is larger than 256 MiB; no plan is");
  std::string text(static_cast<size_t>(bytes), '\0');
  in.seekg(0);
  in.read(text.data(), bytes);
  if (!in) throw UserError(file + ": cannot be read");
  return text;
}

// Where a value stands, for messages.
struct Place {
  const std::string& file;
  YAML::Mark mark;
  [[noreturn]] void fail(const std::string& text) const {
    throw UserError(file + ":" + std::to_string(mark.line + 1) + ":" + std::to_string(mark.column + 1) +
                    ": " + text);
  }
};

int128 to_int128(const std::string& text, const Place& place, const std::string& name) {
  const size_t first = !text.empty() && text[0] == '-' ? 1 : 0;
  constexpr int128 kLimit = (static_cast<int128>(1) << 126) - 1 + (static_cast<int128>(1) << 126);
  int128 value = 0;
  bool good = text.size() > first;
  for (size_t i = first; good && i < text.size(); ++i) {
    const int digit = text[i] - '0';
    good = digit >= 0 && digit <= 9 && value <= (kLimit - digit) / 10;
    if (good) value = 10 * value + digit;
  }
  if (!good)
    place.fail(name + " is '" + text.substr(0, 48) + "'; expected a whole number of at most 127 bits");
  return first == 1 ? -value : value;
}

// Takes one field after the other out of a mapping; finish() refuses what nobody asked for.
class FieldReader {
 public:
  FieldReader(const std::string& file, const YAML::Node& mapping) : file_(file), mapping_(mapping) {
    if (!mapping.IsMap()) place(mapping).fail("expected a mapping of fields");
  }

  template <class Value>
  void operator()(const char* name, Value& value) {
    names_.push_back(name);
    const YAML::Node node = mapping_[name];
    if (!node.IsDefined()) place(mapping_).fail(std::string("field '") + name + "' is missing");
    read(name, node, value);
  }

  void finish() const {
    std::set<std::string> seen;
    for (const auto& pair : mapping_) {
      const std::string key = pair.first.IsScalar() ? pair.first.Scalar() : "";
      if (std::find(names_.begin(), names_.end(), key) == names_.end())
        place(pair.first)
            .fail("unknown field '" + key.substr(0, 64) + "'; did you mean '" +
                  isa::nearest_word(key.substr(0, 64), names_) + "'?");
      if (!seen.insert(key).second) place(pair.first).fail("field '" + key + "' is given twice");
    }
  }

 private:
  Place place(const YAML::Node& node) const { return {file_, node.Mark()}; }

  std::string scalar(const std::string& name, const YAML::Node& node) const {
    if (!node.IsScalar()) place(node).fail(name + " is no single value");
    return node.Scalar();
  }
  template <class Whole>
  void whole(const std::string& name, const YAML::Node& node, Whole& value) const {
    const int128 number = to_int128(scalar(name, node), place(node), name);
    if (number < std::numeric_limits<Whole>::min() || number > std::numeric_limits<Whole>::max())
      place(node).fail(name + " is " + node.Scalar() + "; expected " +
                       std::to_string(std::numeric_limits<Whole>::min()) + ".." +
                       std::to_string(std::numeric_limits<Whole>::max()));
    value = static_cast<Whole>(number);
  }
  template <class Word>
  void word(const std::string& name, const YAML::Node& node, const std::vector<std::string>& words,
            Word& value) const {
    const std::string text = scalar(name, node);
    const auto found = std::find(words.begin(), words.end(), text);
    if (found == words.end())
      place(node).fail(name + " is " + text.substr(0, 64) + "; the nearest word is '" +
                       isa::nearest_word(text.substr(0, 64), words) + "'");
    value = static_cast<Word>(found - words.begin());
  }

  void read(const std::string& name, const YAML::Node& node, uint32_t& value) const {
    whole(name, node, value);
  }
  void read(const std::string& name, const YAML::Node& node, int& value) const { whole(name, node, value); }
  void read(const std::string& name, const YAML::Node& node, int64_t& value) const {
    whole(name, node, value);
  }
  void read(const std::string& name, const YAML::Node& node, int128& value) const {
    value = to_int128(scalar(name, node), place(node), name);
  }
  void read(const std::string& name, const YAML::Node& node, bool& value) const {
    int index = 0;
    word(name, node, {"false", "true"}, index);
    value = index == 1;
  }
  void read(const std::string& name, const YAML::Node& node, double& value) const {
    const std::string text = scalar(name, node);
    char* end = nullptr;
    value = std::strtod(text.c_str(), &end);
    if (text.empty() || *end != '\0' || !std::isfinite(value))
      place(node).fail(name + " is '" + text.substr(0, 64) + "'; expected a finite number");
  }
  void read(const std::string& name, const YAML::Node& node, std::string& value) const {
    value = scalar(name, node);
  }
  void read(const std::string& name, const YAML::Node& node, isa::Rounding& value) const {
    word(name, node, rounding_words(), value);
  }
  void read(const std::string& name, const YAML::Node& node, isa::Overflow& value) const {
    word(name, node, overflow_words(), value);
  }
  void read(const std::string& name, const YAML::Node& node, isa::InputRounding& value) const {
    word(name, node, input_rounding_words(), value);
  }
  void read(const std::string&, const YAML::Node& node, Requantization& value) const {
    FieldReader inner(file_, node);
    quantization::visit_requant(value, inner);
    inner.finish();
    value.has_multiplier = value.multiplier_bits > 0;
  }
  void read(const std::string&, const YAML::Node& node, IntermediatePlan& value) const {
    FieldReader inner(file_, node);
    quantization::visit_intermediate(value, inner);
    inner.finish();
  }
  template <class Value>
  void read(const std::string& name, const YAML::Node& node, std::vector<Value>& values) const {
    if (!node.IsSequence()) place(node).fail(name + " is no list");
    values.clear();
    for (const auto& each : node) read(name, each, values.emplace_back());
  }

  const std::string& file_;
  const YAML::Node mapping_;
  std::vector<std::string> names_;
};

struct NamedTensor {
  std::string name;
  TensorPlan plan;
};
struct NamedNode {
  std::string name, op;
  NodePlan plan;
};

NodePlan empty_plan(const std::string& kind, const Place& place) {
  const NodePlan plans[] = {std::monostate{}, LinearPlan{}, SumPlan{},     ProductPlan{}, PoolPlan{},
                            LookupPlan{},     PreluPlan{},  SoftmaxPlan{}, ResizePlan{}};
  for (const NodePlan& plan : plans)
    if (kind == quantization::kind_of(plan)) return plan;
  place.fail("kind is " + kind.substr(0, 64) + "; no plan of a node is called so");
}

struct PlanText {
  std::string name, precision;
  std::vector<NamedTensor> tensors;
  std::vector<NamedNode> nodes;
};

NamedTensor read_tensor(const std::string& file, const YAML::Node& yaml) {
  NamedTensor tensor;
  FieldReader fields(file, yaml);
  fields("name", tensor.name);
  quantization::visit_tensor(tensor.plan, fields);
  fields.finish();
  return tensor;
}

NamedNode read_node(const std::string& file, const YAML::Node& yaml) {
  NamedNode node;
  std::string kind;
  FieldReader fields(file, yaml);
  fields("name", node.name);
  fields("operator", node.op);
  fields("kind", kind);
  node.plan = empty_plan(kind, {file, yaml.Mark()});
  std::visit([&](auto& plan) { quantization::NodeFields::visit(plan, fields); }, node.plan);
  fields.finish();
  return node;
}

PlanText read_document(const std::string& file, const YAML::Node& root) {
  const auto part = [&](const char* name) -> YAML::Node {
    if (!root.IsMap() || !root[name].IsDefined())
      throw UserError(file + ":1:1: '" + name + "' is missing; a plan begins with format: " + kPlanFormat);
    return root[name];
  };
  const YAML::Node format = part("format");
  if (!format.IsScalar() || format.Scalar() != kPlanFormat)
    Place{file, format.Mark()}.fail(std::string("format is not ") + kPlanFormat);
  PlanText text;
  text.name = part("name").as<std::string>();
  text.precision = part("precision").as<std::string>();
  for (const auto& each : part("tensors")) text.tensors.push_back(read_tensor(file, each));
  for (const auto& each : part("nodes")) text.nodes.push_back(read_node(file, each));
  return text;
}

PlanText read_plan_text(const std::string& file) {
  try {
    return read_document(file, YAML::Load(read_text(file)));
  } catch (const YAML::Exception& error) {
    Place{file, error.mark}.fail("not YAML of a plan: " + error.msg);
  }
}

// The widths that the plan gave to the network's own nodes: where they widen operands, nodes were added.
Recipe widths_of(const Graph& graph, const PlanText& text) {
  const auto bits_of = [&](TensorId id) {
    const bool is_there = id < text.tensors.size() && text.tensors[id].name == graph.tensors[id].name;
    return is_there ? text.tensors[id].plan.bits : 8;
  };
  Recipe recipe;
  for (const TensorId input : graph.inputs) recipe.inputs.emplace_back().act_bits = bits_of(input);
  for (const Node& node : graph.nodes) {
    QuantChoices& choices = recipe.nodes.emplace_back();
    choices.act_bits = bits_of(node.output);
    for (const NamedNode& planned : text.nodes) {
      const auto* linear = std::get_if<LinearPlan>(&planned.plan);
      if (linear != nullptr && planned.name == node.name) choices.weight_bits = linear->weights.bits;
    }
  }
  return recipe;
}

[[noreturn]] void refuse_other_network(const std::string& path, const std::string& what) {
  throw UserError(path + ": is a plan of another network: " + what);
}

void check_names(const Graph& graph, const PlanText& text, const std::string& path) {
  if (text.tensors.size() != graph.tensors.size() || text.nodes.size() != graph.nodes.size())
    refuse_other_network(path, "it has " + std::to_string(text.tensors.size()) + " tensors and " +
                                   std::to_string(text.nodes.size()) + " nodes, the network " +
                                   std::to_string(graph.tensors.size()) + " and " +
                                   std::to_string(graph.nodes.size()));
  for (size_t i = 0; i < graph.tensors.size(); ++i)
    if (text.tensors[i].name != graph.tensors[i].name)
      refuse_other_network(path, "tensor '" + text.tensors[i].name + "' stands where '" +
                                     graph.tensors[i].name + "' was expected");
  for (size_t i = 0; i < graph.nodes.size(); ++i)
    if (text.nodes[i].name != graph.nodes[i].name || text.nodes[i].op != operator_name(graph.nodes[i].op))
      refuse_other_network(path, "node '" + text.nodes[i].name + "' (" + text.nodes[i].op +
                                     ") stands where '" + graph.nodes[i].name + "' (" +
                                     operator_name(graph.nodes[i].op) + ") was expected");
}

template <class Integer>
std::vector<Integer> integers_of(const std::vector<uint8_t>& bytes) {
  std::vector<Integer> values(bytes.size() / sizeof(Integer));
  for (size_t i = 0; i < values.size(); ++i) {
    uint64_t raw = 0;
    for (size_t byte = 0; byte < sizeof(Integer); ++byte)
      raw |= uint64_t{bytes[sizeof(Integer) * i + byte]} << (8 * byte);
    values[i] = static_cast<Integer>(raw);
  }
  return values;
}

void read_weights(LinearPlan& plan, const std::string& member, const std::map<std::string, NpyArray>& archive,
                  const std::string& path) {
  const auto found = archive.find(member);
  if (found == archive.end()) throw UserError(path + ": has no member '" + member + "'");
  const NpyArray& array = found->second;
  IntegerArray& weights = plan.weights;
  const std::string dtype = weights.bits == 8 ? "|i1" : weights.bits == 16 ? "<i2" : "<i4";
  if (array.dtype != dtype)
    throw UserError(path + ": member '" + member + "' is of " + array.dtype + "; the plan asks for " + dtype);
  weights.shape = array.shape;
  if (weights.bits == 8) weights.s8 = integers_of<int8_t>(array.bytes);
  if (weights.bits == 16) weights.s16 = integers_of<int16_t>(array.bytes);
  if (weights.bits == 32) weights.s32 = integers_of<int32_t>(array.bytes);
}

}  // namespace

LoadedPlan load_plan(const Graph& graph, const std::string& path) {
  PlanText text = read_plan_text(path);
  LoadedPlan loaded{graph, {}};
  Recipe widths = widths_of(graph, text);
  if (needs_widening(graph, widths)) insert_widening(loaded.graph, widths, nullptr);
  check_names(loaded.graph, text, path);
  QuantPlan& plan = loaded.plan;
  plan.name = text.name;
  plan.precision = text.precision;
  plan.has_values = true;
  for (auto& tensor : text.tensors) plan.tensors.push_back(std::move(tensor.plan));
  for (auto& node : text.nodes) plan.nodes.push_back(std::move(node.plan));
  const std::string archive_path = archive_beside(path);
  const auto archive = read_npz(archive_path);
  for (size_t id = 0; id < plan.nodes.size(); ++id)
    if (auto* linear = std::get_if<LinearPlan>(&plan.nodes[id]))
      read_weights(*linear, weights_member(id), archive, archive_path);
  check_plan(loaded.graph, plan, path);
  return loaded;
}

std::optional<PlanHead> read_plan_head(const std::string& path) {
  constexpr size_t kLongestHead = 64;  // lines: comments and three keys
  std::ifstream in(path, std::ios::binary);
  PlanHead head;
  bool is_plan = false;
  std::string line;
  for (size_t i = 0; i < kLongestHead && std::getline(in, line) && line != "tensors:"; ++i) {
    is_plan = is_plan || line.rfind("format: mmasim.plan/", 0) == 0;
    if (line.rfind("name: \"", 0) == 0 && line.size() > 8) head.name = line.substr(7, line.size() - 8);
    if (line.rfind("precision: ", 0) == 0) head.precision = line.substr(11);
  }
  return is_plan ? std::optional<PlanHead>(head) : std::nullopt;
}

}  // namespace mmasim::runtime
