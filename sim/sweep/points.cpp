#include "sim/sweep/points.h"

#include <algorithm>
#include <set>

#include "runtime/user_error.h"

namespace mmasim::sim {
namespace {

void check_count(const SweepFile& sweep, const std::string& name) {
  double grid = sweep.set.empty() ? 0 : 1;
  for (const auto& [key, values] : sweep.set) grid *= static_cast<double>(values.size());
  double points = std::max(grid + static_cast<double>(sweep.points.size()), 1.0);
  for (const auto* list : {&sweep.networks, &sweep.configs, &sweep.quants, &sweep.precisions}) {
    points *= static_cast<double>(list->size());
  }
  if (points <= static_cast<double>(kMostPoints)) return;
  throw runtime::UserError(name + ": the product of the lists has more than " + std::to_string(kMostPoints) +
                           " points");
}

std::vector<PointOverrides> grid_of(const SweepFile& sweep) {
  std::vector<PointOverrides> grid(1);
  for (const auto& [key, values] : sweep.set) {
    std::vector<PointOverrides> longer;
    for (const auto& point : grid) {
      for (const auto& value : values) {
        longer.push_back(point);
        longer.back().set.push_back(key + "=" + value);
      }
    }
    grid = std::move(longer);
  }
  return grid;
}

std::vector<PointOverrides> hardware_points(const SweepFile& sweep) {
  if (sweep.set.empty() && !sweep.points.empty()) return sweep.points;
  auto all = grid_of(sweep);
  all.insert(all.end(), sweep.points.begin(), sweep.points.end());
  return all;
}

Request request_of(const SweepFile& sweep, const PointOverrides& point) {
  Request request;
  request.network = *point.network;
  request.config = {*point.config, point.set};
  request.quant.preset = *point.quant;
  request.quant.precision = *point.precision;
  request.data = sweep.data;
  const ordered_json mode{{"mode", *point.mode}};
  read_json(request_keys(), mode, "", Absent::is_default, request);
  return request;
}

PointOverrides with_defaults(PointOverrides point, const PointOverrides& defaults) {
  const auto fill = [](auto& value, const auto& otherwise) {
    if (!value) value = otherwise;
  };
  fill(point.network, defaults.network);
  fill(point.config, defaults.config);
  fill(point.quant, defaults.quant);
  fill(point.precision, defaults.precision);
  fill(point.mode, defaults.mode);
  return point;
}

}  // namespace

std::vector<Request> points_of(const SweepFile& sweep, const std::string& name) {
  check_count(sweep, name);
  const auto hardware = hardware_points(sweep);
  std::vector<Request> requests;
  std::set<std::string> seen;
  const auto add = [&](const PointOverrides& point) {
    auto request = request_of(sweep, point);
    if (seen.insert(hash_of(request)).second) requests.push_back(std::move(request));
  };
  for (const auto& network : sweep.networks) {
    for (const auto& config : sweep.configs) {
      for (const auto& point : hardware) {
        for (const auto& quant : sweep.quants) {
          for (const auto& precision : sweep.precisions) {
            add(with_defaults(point, {network, config, quant, precision, sweep.mode, {}}));
          }
        }
      }
    }
  }
  return requests;
}

}  // namespace mmasim::sim
