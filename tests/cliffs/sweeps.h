// Rows of layers that differ in one number, each a little larger than the one before.
#pragma once

#include <string>
#include <vector>

#include "tests/cliffs/layer.h"

namespace mmasim::cliffs {

// What a layer's cost is set against.
enum class Unit : uint8_t { mac, byte };

struct Sweep {
  std::string name;
  Unit unit = Unit::mac;
  std::vector<int64_t> values;
  std::vector<Layer> layers;  // one a value
};

const std::vector<Sweep>& all_sweeps();

}  // namespace mmasim::cliffs
