// The array seen from outside: a product of two 1024 x 1024 matrices, and products of many shapes against the
// published kernel estimator (hardware.md 2).
#include <cmath>
#include <utility>

#include "tests/kit/onnx_builder.h"
#include "tests/sim/command_line.h"

using namespace mmasim;
using namespace mmasim::sim::test;
using runtime::test::TemporaryFolder;

namespace {

constexpr int64_t kSize = 1024;

tests::OnnxBuilder mat_mul(int64_t m, int64_t k, int64_t n) {
  tests::OnnxBuilder network(13);
  network.input("x", {m, k}).initializer("w", {k, n}).output("y").add_node("MatMul", {"x", "w"}, {"y"});
  return network;
}

tests::OnnxBuilder product(const std::string& op) {
  if (op == "MatMul") return mat_mul(kSize, kSize, kSize);
  tests::OnnxBuilder network(13);
  network.input("x", {kSize, kSize}).initializer("w", {kSize, kSize}).output("y");
  network.initializer("b", {kSize}).add_node("Gemm", {"x", "w", "b"}, {"y"}, {tests::integer("transB", 1)});
  return network;
}

uint64_t mma_cycles(const TemporaryFolder& folder, const std::string& precision) {
  const auto said =
      command_line("run " + folder.file("product.onnx") + " --timing-only --quiet --precision " + precision +
                   " --out " + folder.file(precision));
  CAPTURE(said.error);
  REQUIRE(said.exit_code == 0);
  uint64_t cycles = 0;
  const auto report = json_of_file(folder.file(precision + "/report.json"));
  for (const auto& layer : report["layers"]) cycles += layer["mma_cycles"].get<uint64_t>();
  return cycles;
}

}  // namespace

TEST_CASE("product: 1024 x 1024 x 1024 keeps the array within a tenth of its peak at every width") {
  for (const std::string op : {"MatMul", "Gemm"}) {
    CAPTURE(op);
    const TemporaryFolder folder("product");
    product(op).save(folder.file("product.onnx"));
    const auto int8 = mma_cycles(folder, "int8");
    const auto int16 = mma_cycles(folder, "int16"), int32 = mma_cycles(folder, "int32");
    CAPTURE(int8);
    CAPTURE(int16);
    CAPTURE(int32);
    // 2^30 multiply-accumulates, 64 x 64 a cycle: 2^18 = 262144; a tenth above is 288358.4
    CHECK(int8 >= 262144);
    CHECK(int8 <= 288358);
    // 32 x 32 a cycle takes four times as many cycles, 16 x 16 sixteen times
    CHECK(int16 >= 4 * 262144);
    CHECK(int32 >= 16 * 262144);
    const double first = static_cast<double>(int8);
    CHECK(static_cast<double>(int16) / first >= 3.9);
    CHECK(static_cast<double>(int16) / first <= 4.3);
    CHECK(static_cast<double>(int32) / first >= 15);
    CHECK(static_cast<double>(int32) / first <= 17);
  }
}

TEST_CASE(
    "product: the array's cycles are the published estimator's, for whole panels and not, few rows and "
    "many") {
  struct Shape {
    int64_t m, k, n;
  };
  const Shape shapes[] = {{64, 64, 64},    {128, 128, 128}, {256, 256, 256}, {64, 512, 512},  {512, 512, 64},
                          {1000, 64, 128}, {1, 512, 1000},  {1, 777, 500},   {32, 32, 32},    {63, 65, 129},
                          {100, 100, 100}, {200, 300, 100}, {17, 900, 33},   {300, 500, 400}, {8, 256, 256}};
  uint32_t compared = 0;
  for (const auto& [m, k, n] : shapes) {
    const TemporaryFolder folder("product");
    mat_mul(m, k, n).save(folder.file("product.onnx"));
    for (const auto& [precision, s] : {std::pair{"int8", 64}, {"int16", 32}, {"int32", 16}}) {
      const auto blocks = [s = s](int64_t extent) { return static_cast<double>((extent + s - 1) / s); };
      const double results = blocks(m) * blocks(n);
      const double expected = 32 + s + results * blocks(k) * s + s + 24 + 2.5 * results + 5;
      const auto cycles = static_cast<double>(mma_cycles(folder, precision));
      CAPTURE(precision);
      CAPTURE(m);
      CAPTURE(k);
      CAPTURE(n);
      CAPTURE(expected);
      CAPTURE(cycles);
      CHECK(std::abs(cycles - expected) <= 0.02 * expected);
      ++compared;
    }
  }
  CHECK(compared == 45);
}
