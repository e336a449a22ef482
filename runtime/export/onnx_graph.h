// Builds an ONNX graph value by value. Knows no quantization.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/graph/graph.h"

namespace mmasim::runtime::exporting {

class OnnxGraph {
 public:
  explicit OnnxGraph(const std::string& name);

  // Constants; return their names.
  std::string floats(const std::string& name, const Shape& shape, const std::vector<float>& values);
  std::string integers(const std::string& name, const std::vector<int64_t>& values);
  // Raw little-endian elements of an ONNX type.
  std::string raw(const std::string& name, int type, const Shape& shape, std::string bytes);

  onnx::NodeProto& node(const std::string& type, const std::vector<std::string>& inputs,
                        const std::string& output);
  void input(const std::string& name, const Shape& shape);
  void output(const std::string& name, const Shape& shape, int type);
  void write(std::ostream& file, int64_t opset);

 private:
  onnx::ModelProto model_;
  onnx::GraphProto& graph_;
};

void set_attribute(onnx::NodeProto& node, const std::string& name, int64_t value);
void set_attribute(onnx::NodeProto& node, const std::string& name, double value);
void set_attribute(onnx::NodeProto& node, const std::string& name, const std::string& value);
void set_attribute(onnx::NodeProto& node, const std::string& name, const std::vector<int64_t>& values);

}  // namespace mmasim::runtime::exporting
