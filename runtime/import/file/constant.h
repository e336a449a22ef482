// Constants of a network file: initializers, Constant nodes and what is folded from them.
#pragma once

#include <onnx/onnx_pb.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "runtime/graph/graph.h"
#include "runtime/import/file/network_file.h"

namespace mmasim::runtime::importing {

// The values of a real constant, or none; those that lie in a file are read when somebody asks for them. A
// pointer to look at.
class Reals {
 public:
  using Values = std::shared_ptr<const std::vector<float>>;

  Reals() = default;
  explicit Reals(std::vector<float> values)
      : values_(std::make_shared<const std::vector<float>>(std::move(values))) {}
  explicit Reals(std::function<std::vector<float>()> read) : read_(std::move(read)) {}

  explicit operator bool() const { return values_ != nullptr || read_; }  // reads nothing
  const Values& get() const {
    if (values_ == nullptr && read_) values_ = std::make_shared<const std::vector<float>>(read_());
    return values_;
  }
  const std::vector<float>& operator*() const { return *get(); }
  const std::vector<float>* operator->() const { return get().get(); }

 private:
  mutable Values values_;
  std::function<std::vector<float>()> read_;
};

struct Constant {
  enum class Kind : uint8_t { real, integer };

  std::string name;  // of the initializer or output it came from
  Shape shape;
  Kind kind = Kind::real;
  std::string element_type = "FLOAT";                    // as ONNX names it, for messages
  Reals reals;                                           // of kind real; none: declared without values
  std::shared_ptr<const std::vector<int64_t>> integers;  // of kind integer

  bool has_values() const { return kind == Kind::integer || reals; }
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
