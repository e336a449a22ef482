#include "tests/random_graphs/description.h"

namespace mmasim::random_graphs {
namespace {

constexpr std::size_t kNumbersPerNode = 32, kNumbersPerSetting = 12;

}  // namespace

rc::Gen<Description> descriptions(int most_nodes) {
  const auto number = rc::gen::inRange<uint16_t>(0, UINT16_MAX);
  const auto setting = rc::gen::container<Numbers>(kNumbersPerSetting, number);
  const auto node = rc::gen::container<Numbers>(kNumbersPerNode, number);
  const auto nodes = rc::gen::resize(most_nodes, rc::gen::container<std::vector<Numbers>>(node));
  return rc::gen::map(rc::gen::pair(setting, nodes),
                      [](const std::pair<Numbers, std::vector<Numbers>>& drawn) {
                        return Description{drawn.first, drawn.second};
                      });
}

}  // namespace mmasim::random_graphs
