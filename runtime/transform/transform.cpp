#include "runtime/transform/transform.h"

#include "runtime/transform/transform_rows.h"

namespace mmasim::runtime {
namespace {

const TransformInfo& find(const Choice& choice) {
  std::vector<ChoiceRow> rows;
  for (const TransformInfo& info : transforms()) rows.push_back({info.name, &info.parameters});
  return transforms()[find_choice("transform", rows, choice)];
}

}  // namespace

const std::vector<TransformInfo>& transforms() {
  using namespace transforming;
  static const std::vector<TransformInfo> table{
      fold_batch_norms_row(), replace_relu6(),          equalize(),
      clip_weights(),         split_outlier_channels(), split_subtensors()};
  return table;
}

void check_transform(const Choice& choice) { find(choice); }

Transformed transform(const Graph& graph, const Choice& choice) {
  const TransformInfo& info = find(choice);
  auto transformed = info.apply(graph, all_values(info.parameters, choice));
  verify(transformed.graph);
  return transformed;
}

}  // namespace mmasim::runtime
