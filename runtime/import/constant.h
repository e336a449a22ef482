// Constants of a network file: initializers, Constant nodes and what is folded from them.
#pragma once

#include <onnx/onnx_pb.h>

#include <memory>
#include <string>
#include <vector>

#include "runtime/graph/graph.h"
#include "runtime/import/network_file.h"

namespace mmasim::runtime::importing {

struct Constant {
  enum class Kind : uint8_t { real, integer };

  std::string name;  // of the initializer or output it came from
  Shape shape;
  Kind kind = Kind::real;
  std::string element_type = "FLOAT";                    // as ONNX names it, for messages
  std::shared_ptr<const std::vector<float>> reals;       // of kind real; null: declared without values
  std::shared_ptr<const std::vector<int64_t>> integers;  // of kind integer

  bool has_values() const { return kind == Kind::integer || reals != nullptr; }
};
using ConstantPtr = std::shared_ptr<const Constant>;

ConstantPtr make_reals(const std::string& name, Shape shape, std::vector<float> values);
ConstantPtr make_integers(const std::string& name, Shape shape, std::vector<int64_t> values);
ConstantPtr declare_reals(const std::string& name, Shape shape);  // without values

// Reads a tensor of the file, checking its size against its shape before taking memory. Throws
// std::invalid_argument.
// `raw` holds its raw_data where the message does not.
ConstantPtr decode_tensor(const onnx::TensorProto& tensor, const std::string& name,
                          const ExternalData& external, const TensorBytes* raw = nullptr);

// Refuses NaN and infinity, naming the first one's place.
void require_finite(const Constant& constant);

}  // namespace mmasim::runtime::importing
