#include "runtime/import/operators/operator_forms.h"

#include <onnx/defs/schema.h>

#include <algorithm>
#include <climits>
#include <map>
#include <set>
#include <vector>

#include "runtime/import/file/limits.h"

namespace mmasim::runtime::importing {
namespace {

using Type = onnx::AttributeProto::AttributeType;

// What an opset changed in an operator, types of elements apart.
struct Change {
  const char* op;
  int64_t since_opset;
  std::map<std::string, Type> added;
  std::set<std::string> removed;  // attributes
  int most_inputs;                // -1: as before
};

const std::vector<Change>& changes() {
  using Proto = onnx::AttributeProto;
  static const std::vector<Change> kChanges = {
      {"Pad", 18, {}, {}, 4},
      {"ReduceMean", 18, {{"noop_with_empty_axes", Proto::INT}}, {"axes"}, 2},
      {"Resize",
       18,
       {{"antialias", Proto::INT}, {"axes", Proto::INTS}, {"keep_aspect_ratio_policy", Proto::STRING}},
       {},
       -1},
      {"Split", 18, {{"num_outputs", Proto::INT}}, {}, -1},
      {"AveragePool", 19, {{"dilations", Proto::INTS}}, {}, -1},
      {"Cast", 19, {{"saturate", Proto::INT}}, {}, -1},
  };
  return kChanges;
}

struct Form {
  std::map<std::string, Type> attributes;
  std::set<std::string> required;
  int least_inputs, most_inputs, least_outputs, most_outputs;
};

Form form_of(const std::string& op, int64_t opset) {
  const onnx::OpSchema* schema = onnx::OpSchemaRegistry::Schema(op, static_cast<int>(opset), "");
  if (!schema || schema->Deprecated())
    refuse("operator " + op + " does not exist in opset " + std::to_string(opset));
  Form form{{},
            {},
            schema->min_input(),
            schema->max_input(),
            std::max(1, schema->min_output()),
            schema->max_output()};
  for (const auto& [name, attribute] : schema->attributes()) {
    form.attributes.emplace(name, attribute.type);
    if (attribute.required) form.required.insert(name);
  }
  for (const Change& change : changes()) {
    if (change.op != op || opset < change.since_opset) continue;
    for (const auto& name : change.removed) form.attributes.erase(name);
    form.attributes.insert(change.added.begin(), change.added.end());
    if (change.most_inputs >= 0) form.most_inputs = change.most_inputs;
  }
  return form;
}

void check_attributes(const onnx::NodeProto& node, const Form& form, int64_t opset) {
  std::set<std::string> seen;
  for (const auto& attribute : node.attribute()) {
    const auto known = form.attributes.find(attribute.name());
    if (known == form.attributes.end()) {
      refuse(node.op_type() + " has no attribute '" + attribute.name() + "' in opset " +
             std::to_string(opset));
    }
    if (!seen.insert(attribute.name()).second) refuse("attribute " + attribute.name() + " is given twice");
    if (attribute.type() != known->second) {
      refuse("attribute " + attribute.name() + " has type " +
             onnx::AttributeProto::AttributeType_Name(attribute.type()) + "; expected " +
             onnx::AttributeProto::AttributeType_Name(known->second));
    }
  }
  for (const auto& name : form.required) {
    if (!seen.count(name)) refuse("attribute " + name + " is missing");
  }
}

void check_count(const char* what, int count, int least, int most) {
  if (count >= least && count <= most) return;
  refuse("it has " + std::to_string(count) + " " + what + "; expected " + std::to_string(least) +
         (most == least     ? ""
          : most == INT_MAX ? " or more"
                            : ".." + std::to_string(most)));
}

}  // namespace

void check_form(const onnx::NodeProto& node, int64_t opset) {
  const Form form = form_of(node.op_type(), opset);
  check_attributes(node, form, opset);
  check_count("inputs", node.input_size(), form.least_inputs, form.most_inputs);
  check_count("outputs", node.output_size(), form.least_outputs, form.most_outputs);
}

}  // namespace mmasim::runtime::importing
