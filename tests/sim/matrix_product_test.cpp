// The array's peak, seen from outside: a product of two 1024 x 1024 matrices.
#include "tests/kit/onnx_builder.h"
#include "tests/sim/command_line.h"

using namespace mmasim;
using namespace mmasim::sim::test;
using runtime::test::TemporaryFolder;

namespace {

constexpr int64_t kSize = 1024;

tests::OnnxBuilder product(const std::string& op) {
  tests::OnnxBuilder network(13);
  network.input("x", {kSize, kSize}).initializer("w", {kSize, kSize}).output("y");
  if (op == "MatMul") {
    network.add_node("MatMul", {"x", "w"}, {"y"});
  } else {
    network.initializer("b", {kSize}).add_node("Gemm", {"x", "w", "b"}, {"y"}, {tests::integer("transB", 1)});
  }
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
