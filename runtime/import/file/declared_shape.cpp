#include "runtime/import/file/declared_shape.h"

#include "runtime/graph/shape_text.h"
#include "runtime/import/file/limits.h"

namespace mmasim::runtime::importing {
namespace {

std::string declared_text(const onnx::TensorShapeProto& declared) {
  std::string text;
  for (const auto& dimension : declared.dim()) {
    text += (text.empty() ? "" : ", ") + (!is_open(dimension) ? std::to_string(dimension.dim_value())
                                          : dimension.dim_param().empty() ? std::string("?")
                                                                          : dimension.dim_param());
  }
  return "[" + text + "]";
}

}  // namespace

bool is_open(const onnx::TensorShapeProto::Dimension& dimension) {
  return !dimension.has_dim_value() || dimension.dim_value() == -1;
}

void check_given_shape(const onnx::TensorShapeProto& declared, const Shape& given, const std::string& what) {
  bool fits = declared.dim_size() == static_cast<int>(given.size());
  for (int d = 0; fits && d < declared.dim_size(); ++d) {
    const auto& dimension = declared.dim(d);
    fits = is_open(dimension) || dimension.dim_value() == given[d] || (d == 0 && dimension.dim_value() == 1);
  }
  if (fits) return;
  refuse(what + " was given shape " + shape_text(given) + "; the network declares " +
         declared_text(declared));
}

std::unordered_map<std::string, Shape> declared_results(const onnx::GraphProto& graph) {
  std::unordered_map<std::string, Shape> results;
  const auto add = [&](const onnx::ValueInfoProto& value) {
    const auto& type = value.type().tensor_type();
    const int element = type.elem_type();
    const bool is_real = element == onnx::TensorProto::FLOAT || element == onnx::TensorProto::FLOAT16;
    if (!value.type().has_tensor_type() || !type.has_shape() || !is_real || type.shape().dim_size() == 0)
      return;
    Shape shape;
    for (const auto& dimension : type.shape().dim()) {
      if (is_open(dimension)) return;
      shape.push_back(dimension.dim_value());
    }
    try {
      checked_elements(shape, "");
    } catch (const std::invalid_argument&) {
      return;  // whoever makes the tensor will say it
    }
    results.emplace(value.name(), std::move(shape));
  };
  for (const auto& value : graph.value_info()) add(value);
  for (const auto& value : graph.output()) add(value);
  return results;
}

std::string shape_option(const onnx::ValueInfoProto& value) {
  std::string text = "--shape " + value.name() + "=";
  bool first = true;
  for (const auto& dimension : value.type().tensor_type().shape().dim()) {
    if (!first) text += ",";
    text += !is_open(dimension) ? std::to_string(dimension.dim_value()) : first ? "1" : "224";
    first = false;
  }
  return text;
}

}  // namespace mmasim::runtime::importing
