// No layer is refused for its size, costs far more than its neighbours for what it does, or less for more.
// Where the machine has a step, a row of kSteps says why. show_sweeps prints the figures.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "sim/config/config.h"
#include "tests/cliffs/sweeps.h"

using namespace mmasim;
using cliffs::Sweep;

namespace {

constexpr double kJump = 2, kLess = 0.95;
constexpr double kHiddenCycles = 15000;  // of transfers, which a layer's set-up hides while it is small
constexpr double kStartCycles = 3000;    // of what a small layer consists of

struct Step {
  int bits;
  const char* sweep;
  int64_t from, to;  // of its values; the same on both parts
  double jump;       // most, of the cost of a unit
  const char* reason;
};

constexpr const char* kSpread =
    "a transposed convolution spreads its input: stride by stride as many products, most of them with zeros";
constexpr const char* kLeavesL3 =
    "tensors in row-major and channels-last form no longer fit into L3 together";
constexpr const char* kLeavesL2 = "the input no longer fits into L2 beside the weights in flight";
constexpr const char* kLeavesSetUp = "weights no longer arrive while the layer is set up: the DDR paces it";
constexpr const char* kOneBank = "lines of planes of a power of two of bytes open rows of one DRAM bank";

// Steps of the machine, or of how programs are made for it, that are known and not mended.
const std::vector<Step> kSteps{
    {8, "ConvTranspose 2s x 2s 64 on 16, s", 1, 2, 3, kSpread},
    {8, "ConvTranspose 2s x 2s 64 on 16, s", 2, 4, 3.1, kSpread},
    {8, "ConvTranspose 2s x 2s 64 on 16, s", 4, 6, 2.1, kSpread},
    {8, "ConvTranspose 2s x 2s 64 on 16, s", 6, 8, 2.2, kSpread},
    {8, "GlobalAveragePool 512, map", 56, 128, 5, kLeavesL3},
    {8, "Resize nearest 256 of 1x1, factor", 64, 128, 5.5, kLeavesL3},
    {8, "MatMul of 1024 and 1024, rows", 256, 512, 2.5, kLeavesL2},
    {16, "ConvTranspose 2s x 2s 64 on 16, s", 1, 2, 3, kSpread},
    {16, "ConvTranspose 2s x 2s 64 on 16, s", 2, 4, 3.1, kSpread},
    {16, "ConvTranspose 2s x 2s 64 on 16, s", 4, 6, 2.2, kSpread},
    {16, "Conv 1x1 64, map", 224, 256, 2.7, kOneBank},
    {16, "Concat 64, map", 112, 128, 2.2, kOneBank},
    {16, "depthwise 3x3 960, map", 64, 65, 1, kOneBank},
    {16, "GlobalAveragePool 512, map", 56, 128, 5.5, kLeavesL3},
    {16, "Resize nearest 256 of 1x1, factor", 64, 128, 6.5, kLeavesL3},
    {16, "MatMul of 1024 and 1024, rows", 128, 256, 3, kLeavesL2},
    {16, "MatMul of 64 rows, depth", 1024, 4096, 2.5, kLeavesSetUp},
    {16, "MatMul of 64 rows, depth", 4096, 16384, 2.6, kLeavesL2},
    {16, "MatMul of 64 rows, columns", 4096, 16384, 2.2, kLeavesL2},
};

const Step* step_of(const Sweep& sweep, size_t i, int bits) {
  const auto is_it = [&](const Step& step) {
    return bits == step.bits && sweep.name == step.sweep && step.from == sweep.values[i - 1] &&
           step.to == sweep.values[i];
  };
  const auto found = std::find_if(kSteps.begin(), kSteps.end(), is_it);
  return found == kSteps.end() ? nullptr : &*found;
}

double units_of(const Sweep& sweep, size_t i) {
  return sweep.unit == cliffs::Unit::mac ? cliffs::macs_of(sweep.layers[i])
                                         : cliffs::bytes_of(sweep.layers[i]);
}

void check_neighbours(const Sweep& sweep, size_t i, int bits, double before, double cycles) {
  const double share = units_of(sweep, i) / units_of(sweep, i - 1);
  const auto* step = step_of(sweep, i, bits);
  CAPTURE(before);
  CAPTURE(cycles);
  CHECK(cycles <= (step != nullptr ? step->jump : kJump) * share * before + kHiddenCycles);
  if (share > 1 && step == nullptr) CHECK(cycles >= kLess * before - kStartCycles);
}

void check_sweeps(const std::vector<Sweep>& sweeps, const std::vector<std::string>& parts, int bits) {
  for (const auto& part : parts) {
    const auto config = sim::resolve_config({part, {}});
    for (const auto& sweep : sweeps) {
      double before = 0;
      for (size_t i = 0; i < sweep.layers.size(); ++i) {
        const auto measured = cliffs::measure(sweep.layers[i], config, bits, cliffs::Depth::timed);
        CAPTURE(part);
        CAPTURE(bits);
        CAPTURE(sweep.name);
        CAPTURE(sweep.values[i]);
        CHECK(measured.refusal == "");
        if (i > 0) check_neighbours(sweep, i, bits, before, measured.cycles);
        before = measured.cycles;
      }
    }
  }
}

}  // namespace

TEST_SUITE_BEGIN("cliffs");

TEST_CASE("cliffs: layers that differ in one number cost what their neighbours do on the TDA4VM") {
  check_sweeps(cliffs::all_sweeps(), {"tda4vm"}, 8);
}

TEST_SUITE_END();

TEST_SUITE_BEGIN("long cliffs");

TEST_CASE("cliffs: layers that differ in one number cost what their neighbours do on the AM62A") {
  check_sweeps(cliffs::all_sweeps(), {"am62a"}, 8);
}

TEST_CASE("cliffs: layers of 16 bits that differ in one number cost what their neighbours do") {
  check_sweeps(cliffs::all_sweeps(), {"tda4vm"}, 16);
}

TEST_SUITE_END();
