// Writes a plan file and its archive of weights. Numbers are the shortest decimals that read back as the same
// binary64.
#include <fmt/format.h>

#include <fstream>
#include <map>

#include "runtime/io/npz.h"
#include "runtime/quantize/plan_fields.h"
#include "runtime/quantize/plan_file.h"
#include "runtime/quantize/yaml_text.h"
#include "runtime/user_error.h"

namespace mmasim::runtime {

namespace {

std::string decimal(int128 value) {
  if (value == 0) return "0";
  const bool negative = value < 0;
  __extension__ unsigned __int128 rest =
      negative ? -static_cast<unsigned __int128>(value) : static_cast<unsigned __int128>(value);
  std::string digits;
  for (; rest != 0; rest /= 10)
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
  return negative ? "-" + digits : digits;
}

// One field after the other, as the inside of a YAML flow mapping.
class FieldWriter {
 public:
  template <class Value>
  void operator()(const char* name, const Value& value) {
    text_ += (text_.empty() ? "" : ", ") + (std::string(name) + ": " + text_of(value));
  }
  std::string mapping() const { return "{" + text_ + "}"; }

 private:
  static std::string text_of(bool value) { return value ? "true" : "false"; }
  static std::string text_of(uint32_t value) { return std::to_string(value); }
  static std::string text_of(int value) { return std::to_string(value); }
  static std::string text_of(int64_t value) { return std::to_string(value); }
  static std::string text_of(double value) { return fmt::format("{}", value); }
  static std::string text_of(int128 value) { return decimal(value); }
  static std::string text_of(const std::string& value) { return yaml_quoted(value); }
  static std::string text_of(isa::Rounding value) { return rounding_words().at(static_cast<size_t>(value)); }
  static std::string text_of(isa::Overflow value) { return overflow_words().at(static_cast<size_t>(value)); }
  static std::string text_of(isa::InputRounding value) {
    return input_rounding_words().at(static_cast<size_t>(value));
  }
  static std::string text_of(const Requantization& requant) {
    FieldWriter inner;
    quantization::visit_requant(requant, inner);
    return inner.mapping();
  }
  static std::string text_of(const IntermediatePlan& intermediate) {
    FieldWriter inner;
    quantization::visit_intermediate(intermediate, inner);
    return inner.mapping();
  }
  template <class Value>
  static std::string text_of(const std::vector<Value>& values) {
    std::string list;
    for (const Value& value : values) list += (list.empty() ? "" : ", ") + text_of(value);
    return "[" + list + "]";
  }

  std::string text_;
};

std::string tensor_line(const Tensor& tensor, const TensorPlan& plan) {
  FieldWriter fields;
  fields("name", tensor.name);
  quantization::visit_tensor(plan, fields);
  return "  - " + fields.mapping() + "\n";
}

std::string node_line(const Node& node, const NodePlan& plan) {
  FieldWriter fields;
  fields("name", node.name);
  fields("operator", std::string(operator_name(node.op)));
  fields("kind", std::string(quantization::kind_of(plan)));
  std::visit([&](const auto& p) { quantization::NodeFields::visit(p, fields); }, plan);
  return "  - " + fields.mapping() + "\n";
}

NpyArray array_of(const IntegerArray& weights) {
  NpyArray array;
  array.dtype = weights.bits == 8 ? "|i1" : weights.bits == 16 ? "<i2" : "<i4";
  array.shape = weights.shape;
  const auto count = static_cast<size_t>(element_count(weights.shape));
  array.bytes.reserve(count * weights.bits / 8);
  for (size_t i = 0; i < count; ++i) {
    const auto value = static_cast<uint64_t>(weights.at(i));
    for (uint32_t byte = 0; byte < weights.bits / 8; ++byte)
      array.bytes.push_back(static_cast<uint8_t>(value >> (8 * byte)));
  }
  return array;
}

}  // namespace

void write_plan(const Graph& graph, const QuantPlan& plan, const std::string& path, std::ostream& out) {
  for (size_t id = 0; id < plan.tensors.size(); ++id)
    if (plan.tensors[id].is_real)
      throw UserError(path + ": a plan file holds integers alone; tensor '" + graph.tensors[id].name +
                      "' is float32");
  out << "# A quantization plan: float = (integer - zero_point) / inv_step. The weights are in the .npz "
         "beside "
         "it.\n";
  out << "format: " << kPlanFormat << "\n";
  out << fmt::format("name: {}\nprecision: {}\ntensors:\n", yaml_quoted(plan.name), plan.precision);
  for (size_t id = 0; id < plan.tensors.size(); ++id) out << tensor_line(graph.tensors[id], plan.tensors[id]);
  out << "nodes:" << (plan.nodes.empty() ? " []\n" : "\n");
  for (size_t id = 0; id < plan.nodes.size(); ++id) out << node_line(graph.nodes[id], plan.nodes[id]);
}

void write_plan_weights(const QuantPlan& plan, const std::string& archive, std::ostream& out) {
  std::map<std::string, NpyArray> weights;
  for (size_t id = 0; id < plan.nodes.size(); ++id)
    if (const auto* linear = std::get_if<LinearPlan>(&plan.nodes[id]))
      weights.emplace(weights_member(id), array_of(linear->weights));
  write_npz(out, weights, archive);
}

void save_plan(const Graph& graph, const QuantPlan& plan, const std::string& path) {
  const auto write = [](const std::string& file, const auto& make) {
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    make(out);
    out.close();
    if (!out) throw UserError(file + ": cannot be written");
  };
  write(path, [&](std::ostream& out) { write_plan(graph, plan, path, out); });
  const auto archive = archive_beside(path);
  write(archive, [&](std::ostream& out) { write_plan_weights(plan, archive, out); });
}

}  // namespace mmasim::runtime
