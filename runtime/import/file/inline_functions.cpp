#include "runtime/import/file/inline_functions.h"

#include <map>
#include <string>
#include <utility>

#include "runtime/import/file/file_structure.h"
#include "runtime/import/file/limits.h"

namespace mmasim::runtime::importing {
namespace {

constexpr int kMostNodes = 1 << 20;
constexpr int kDeepestCall = 16;

using Name = std::pair<std::string, std::string>;  // domain, operator

int64_t standard_opset(const google::protobuf::RepeatedPtrField<onnx::OperatorSetIdProto>& imports) {
  for (const auto& import : imports) {
    if (import.domain().empty() || import.domain() == "ai.onnx") return import.version();
  }
  return 0;
}

class Inliner {
 public:
  explicit Inliner(onnx::ModelProto& model) : model_(model), opset_(standard_opset(model.opset_import())) {
    for (const auto& function : model.functions())
      functions_[{function.domain(), function.name()}] = &function;
  }

  void run() {
    onnx::GraphProto& graph = *model_.mutable_graph();
    google::protobuf::RepeatedPtrField<onnx::NodeProto> nodes;
    nodes.Swap(graph.mutable_node());
    for (auto& node : nodes) add(std::move(node), 0);
  }

 private:
  void add(onnx::NodeProto&& node, int depth) {
    const auto found = functions_.find({node.domain(), node.op_type()});
    if (found != functions_.end()) return expand(node, *found->second, depth);
    if (model_.graph().node_size() >= kMostNodes)
      refuse("its functions make more than " + std::to_string(kMostNodes) + " nodes");
    *model_.mutable_graph()->add_node() = std::move(node);
  }

  void expand(const onnx::NodeProto& call, const onnx::FunctionProto& function, int depth) {
    const std::string name = node_text(call.name(), call.op_type());
    if (depth >= kDeepestCall)
      refuse(name + ": functions call each other more than " + std::to_string(kDeepestCall) + " deep");
    const int64_t opset = standard_opset(function.opset_import());
    if (opset != 0 && opset != opset_) {
      refuse(name + ": its function is written for opset " + std::to_string(opset) + ", the network for " +
             std::to_string(opset_));
    }
    if (call.input_size() > function.input_size() || call.output_size() > function.output_size())
      refuse(name + ": it has more inputs or outputs than its function");
    const std::string prefix =
        (call.name().empty() ? call.op_type() + "_" + std::to_string(calls_) : call.name()) + "/";
    ++calls_;
    std::map<std::string, std::string> names{{"", ""}};
    for (int i = 0; i < function.input_size(); ++i)
      names[function.input(i)] = i < call.input_size() ? call.input(i) : "";
    for (int i = 0; i < call.output_size(); ++i) names[function.output(i)] = call.output(i);
    for (const auto& body : function.node()) add(renamed(body, call, prefix, names), depth + 1);
  }

  static onnx::NodeProto renamed(const onnx::NodeProto& body, const onnx::NodeProto& call,
                                 const std::string& prefix, const std::map<std::string, std::string>& names) {
    const auto outside = [&](const std::string& inside) {
      const auto found = names.find(inside);
      return found != names.end() ? found->second : prefix + inside;
    };
    onnx::NodeProto node = body;
    node.set_name(prefix + (body.name().empty() ? body.op_type() : body.name()));
    for (auto& input : *node.mutable_input()) input = outside(input);
    for (auto& output : *node.mutable_output()) output = outside(output);
    node.clear_attribute();
    for (const auto& attribute : body.attribute()) add_attribute(attribute, call, node);
    return node;
  }

  // An attribute that refers to one of the call has its value, and none if the call has none.
  static void add_attribute(const onnx::AttributeProto& attribute, const onnx::NodeProto& call,
                            onnx::NodeProto& node) {
    if (attribute.ref_attr_name().empty()) {
      *node.add_attribute() = attribute;
      return;
    }
    for (const auto& given : call.attribute()) {
      if (given.name() != attribute.ref_attr_name()) continue;
      onnx::AttributeProto& added = *node.add_attribute();
      added = given;
      added.set_name(attribute.name());
    }
  }

  onnx::ModelProto& model_;
  const int64_t opset_;
  std::map<Name, const onnx::FunctionProto*> functions_;
  int calls_ = 0;
};

}  // namespace

void inline_functions(onnx::ModelProto& model) {
  if (model.functions_size() > 0) Inliner(model).run();
}

}  // namespace mmasim::runtime::importing
