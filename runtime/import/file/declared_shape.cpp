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
