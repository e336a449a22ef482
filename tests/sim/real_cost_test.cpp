// What real numbers cost beside integers (hardware.md 2, quantization.md 4.15, 4.16): products of which every
// cycle can be worked out.
#include "tests/kit/onnx_builder.h"
#include "tests/sim/command_line.h"

using namespace mmasim;
using namespace mmasim::sim::test;
using runtime::test::TemporaryFolder;

namespace {

constexpr int64_t kSize = 128;                 // all weights fit into L2 as float32
constexpr uint64_t kElements = kSize * kSize;  // of x, of w and of y

struct Cost {
  uint64_t mma_cycles = 0, dsp_cycles = 0, ddr_read_bytes = 0;
};

Cost cost_of(const std::string& options) {
  const TemporaryFolder folder("real-cost");
  tests::OnnxBuilder network(13);
  network.input("x", {kSize, kSize}).initializer("w", {kSize, kSize}).output("y");
  network.add_node("MatMul", {"x", "w"}, {"y"}).save(folder.file("product.onnx"));
  const auto said = command_line("run " + folder.file("product.onnx") + " --timing-only --quiet " + options +
                                 " --set dsp.start_cycles=0 --out " + folder.file("out"));
  CAPTURE(said.error);
  REQUIRE(said.exit_code == 0);
  const auto report = json_of_file(folder.file("out/report.json"));
  Cost cost;
  for (const auto& layer : report["layers"]) {
    cost.mma_cycles += layer["mma_cycles"].get<uint64_t>();
    cost.dsp_cycles += layer["dsp_cycles"].get<uint64_t>();
  }
  cost.ddr_read_bytes = report["totals"]["ddr_read_bytes"].get<uint64_t>();
  return cost;
}

}  // namespace

TEST_CASE(
    "real cost: dynamic quantization is three passes of the DSP over 4-byte data, and the array's work as it "
    "was") {
  const Cost integer = cost_of("--precision int8"), dynamic = cost_of("--quant dynamic");
  CHECK(integer.dsp_cycles == 0);
  // 16 reals a vector: range 2 cycles, quantize 4, dequantize 4
  const uint64_t vectors = kElements / 16;
  CHECK(dynamic.dsp_cycles == vectors * (2 + 4 + 4));
  // Raw sums are four times as wide: 3 cycles more for each of 2 x 128 rows of 64 columns. The array opens
  // (32), loads its first panel (64) and drains (64) anew after each piece of vector work, of which there are
  // at most 8.
  CHECK(dynamic.mma_cycles <= integer.mma_cycles + 3 * 256 + 8 * (32 + 64 + 64));
  CHECK(dynamic.mma_cycles >= integer.mma_cycles);
}

TEST_CASE("real cost: a float32 product runs on the DSP alone, a vector of 16 results per product") {
  const Cost real = cost_of("--precision float32");
  CHECK(real.mma_cycles == 0);
  // each of 128 rows has 8 vectors of results: 128 products of 1 cycle each, then 4 cycles
  CHECK(real.dsp_cycles == kSize * 8 * (kSize * 1 + 4));
}

TEST_CASE("real cost: compressed weights save their bytes of DDR and cost one pass over the weights") {
  const Cost real = cost_of("--precision float32"), bytes = cost_of("--quant weight-only-int8");
  const Cost halves = cost_of("--quant weight-only-fp16"), indices = cost_of("--quant weight-only-kmeans");
  const auto saved = [&](const Cost& cost) { return real.ddr_read_bytes - cost.ddr_read_bytes; };
  // 3 of 4 bytes a weight, less 4 for the step of each of 128 channels; 2; 3.5, less 64 for each codebook
  CHECK(saved(halves) == 2 * kElements);
  CHECK(saved(bytes) >= 3 * kElements - 4 * kSize - 1024);
  CHECK(saved(bytes) <= 3 * kElements - 4 * kSize);
  CHECK(saved(indices) >= 7 * kElements / 2 - 1024);
  CHECK(saved(indices) < 7 * kElements / 2);
  CHECK(indices.dsp_cycles - real.dsp_cycles == kElements / 16);     // a vector a cycle
  CHECK(halves.dsp_cycles - real.dsp_cycles == 2 * kElements / 16);  // dsp.convert
  CHECK(bytes.dsp_cycles - real.dsp_cycles == 4 * kElements / 16);   // dsp.dequantize
}
