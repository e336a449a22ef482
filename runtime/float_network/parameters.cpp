#include "runtime/float_network/parameters.h"

#include <algorithm>
#include <stdexcept>

namespace mmasim::runtime {
namespace {

using Kind = Parameter::Kind;

// Where a node keeps a parameter: one of the two, or neither. Graph is const or not.
template <class Doubles, class Floats>
struct Place {
  Doubles* doubles = nullptr;
  Floats* weights = nullptr;
};

// The same for const and changeable operators.
template <class Found, class Op>
Found place_in_layer(Op& op, Kind kind) {
  Found found;
  if (kind == Kind::weights) found.weights = &op.weights;
  if (kind == Kind::weight_scale) found.doubles = &op.weight_scale;
  if (kind == Kind::bias) found.doubles = &op.bias;
  return found;
}

template <class Found, class AnyNode>
Found place_of(AnyNode& node, Kind kind) {
  if (auto* conv = std::get_if<Conv>(&node.op)) return place_in_layer<Found>(*conv, kind);
  if (auto* conv = std::get_if<ConvTranspose>(&node.op)) return place_in_layer<Found>(*conv, kind);
  if (auto* gemm = std::get_if<Gemm>(&node.op)) return place_in_layer<Found>(*gemm, kind);
  Found found;
  if (auto* norm = std::get_if<BatchNorm>(&node.op)) {
    if (kind == Kind::norm_scale) found.doubles = &norm->scale;
    if (kind == Kind::norm_shift) found.doubles = &norm->shift;
  }
  if (auto* prelu = std::get_if<Prelu>(&node.op); prelu != nullptr && kind == Kind::slopes)
    found.doubles = &prelu->slopes;
  return found;
}

using Seen = Place<const std::vector<double>, const Weights>;
using Changed = Place<std::vector<double>, Weights>;

bool has_values(const Seen& place) {
  if (place.weights != nullptr) return place.weights->values != nullptr;
  return place.doubles != nullptr && !place.doubles->empty();
}

}  // namespace

const char* kind_name(Parameter::Kind kind) {
  switch (kind) {
    case Kind::weights:
      return "weights";
    case Kind::weight_scale:
      return "weight_scale";
    case Kind::bias:
      return "bias";
    case Kind::norm_scale:
      return "norm_scale";
    case Kind::norm_shift:
      return "norm_shift";
    case Kind::slopes:
      return "slopes";
  }
  throw std::logic_error("unknown kind of parameter");
}

std::string name_of(const Graph& graph, Parameter parameter) {
  return graph.nodes.at(parameter.node).name + "." + kind_name(parameter.kind);
}

std::vector<Parameter> parameters_of(const Graph& graph) {
  std::vector<Parameter> all;
  for (NodeId id = 0; id < graph.nodes.size(); ++id) {
    for (const Kind kind :
         {Kind::weights, Kind::weight_scale, Kind::bias, Kind::norm_scale, Kind::norm_shift, Kind::slopes}) {
      if (has_values(place_of<Seen>(graph.nodes[id], kind))) all.push_back({id, kind});
    }
  }
  return all;
}

std::vector<double> values_of(const Graph& graph, Parameter parameter) {
  const Seen place = place_of<Seen>(graph.nodes.at(parameter.node), parameter.kind);
  if (!has_values(place)) throw std::logic_error(name_of(graph, parameter) + " has no values");
  if (place.doubles != nullptr) return *place.doubles;
  return {place.weights->values->begin(), place.weights->values->end()};
}

void set_values(Graph& graph, Parameter parameter, const std::vector<double>& values) {
  const auto place = place_of<Changed>(graph.nodes.at(parameter.node), parameter.kind);
  const size_t expected = values_of(graph, parameter).size();
  if (values.size() != expected) {
    throw std::logic_error(name_of(graph, parameter) + " has " + std::to_string(expected) +
                           " values; given are " + std::to_string(values.size()));
  }
  if (place.doubles != nullptr) {
    *place.doubles = values;
    return;
  }
  auto rounded = std::make_shared<std::vector<float>>();
  rounded->reserve(values.size());
  for (const double value : values) rounded->push_back(static_cast<float>(value));
  place.weights->values = std::move(rounded);
}

int64_t output_channels(const Node& node) {
  if (const auto* conv = std::get_if<Conv>(&node.op)) return conv->weights.shape.at(0);
  if (const auto* conv = std::get_if<ConvTranspose>(&node.op))
    return conv->weights.shape.at(1) * conv->groups;
  if (const auto* gemm = std::get_if<Gemm>(&node.op)) return gemm->weights.shape.at(0);
  if (const auto* norm = std::get_if<BatchNorm>(&node.op)) return norm->channels;
  return 0;
}

bool give_bias(Node& node) {
  const auto place = place_of<Changed>(node, Kind::bias);
  if (place.doubles == nullptr) return false;
  if (place.doubles->empty()) place.doubles->assign(static_cast<size_t>(output_channels(node)), 0.0);
  return true;
}

}  // namespace mmasim::runtime
