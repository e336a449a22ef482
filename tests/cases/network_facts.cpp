#include "tests/cases/network_facts.h"

#include <exception>
#include <variant>

#include "runtime/import/import.h"

namespace mmasim::cases {
namespace {

bool has_unit_grid(const runtime::Operator& op) {
  const auto* unary = std::get_if<runtime::Unary>(&op);
  return std::holds_alternative<runtime::Softmax>(op) ||
         (unary != nullptr && unary->kind != runtime::Unary::Kind::hard_swish);
}

}  // namespace

NetworkFacts network_facts(const std::filesystem::path& network) {
  NetworkFacts facts;
  try {
    const runtime::ParsedNetwork parsed(network.string());
    facts.input_names = parsed.declared_inputs();
    const auto graph = parsed.build({});
    for (const auto& node : graph.nodes) {
      facts.has_unit_grids |= has_unit_grid(node.op);
      const auto& activation = node.activation;
      if (activation.kind == runtime::Activation::Kind::clip && activation.low == 0 && activation.high > 0)
        facts.upper_bounds.push_back(activation.high);
    }
  } catch (const std::exception&) {
  }
  return facts;
}

}  // namespace mmasim::cases
