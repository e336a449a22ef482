// Tensors written to and read from where a placement says, against a loop over all indices.
#include "sim/inputs/placed_tensor.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "runtime/quantize/host_values.h"
#include "tests/kit/property.h"

using namespace mmasim;
using namespace mmasim::tests;

namespace {

isa::TensorPlacement placement(isa::Element element, std::vector<int64_t> shape, std::vector<int64_t> strides,
                               uint64_t offset) {
  isa::TensorPlacement placed;
  placed.name = "t";
  placed.element = element;
  placed.shape = std::move(shape);
  placed.strides_bytes = std::move(strides);
  placed.address = isa::Address::in(isa::Space::ddr, offset);
  return placed;
}

isa::OwnedMemory memory_of(uint64_t ddr_bytes) {
  isa::Machine machine;
  machine.l2_bytes = machine.l3_bytes = 0;
  return isa::OwnedMemory(machine, ddr_bytes);
}

}  // namespace

TEST_CASE("placed tensor: NCHW values lie in NHWC memory where their strides say") {
  auto memory = memory_of(64);
  const auto view = memory.view();
  // 1 x 2 x 1 x 3, channels innermost, each pixel padded to 4 bytes, from byte 8 on
  const auto placed = placement(isa::Element::s8, {1, 2, 1, 3}, {12, 1, 12, 4}, 8);
  sim::write_tensor(view, placed, {1, 2, 3, 4, 5, 6});
  const uint8_t* at = view.at(placed.address);
  CHECK(at[0] == 1);  // channel 0 of pixel 0
  CHECK(at[1] == 4);  // channel 1 of pixel 0
  CHECK(at[4] == 2);
  CHECK(at[5] == 5);
  CHECK(at[8] == 3);
  CHECK(at[9] == 6);
  CHECK(at[2] == 0);  // padding stays
  CHECK(sim::read_tensor(view, placed) == std::vector<uint8_t>{1, 2, 3, 4, 5, 6});
}

TEST_CASE("placed tensor: bytes that are not the tensor's size are a defect") {
  auto memory = memory_of(64);
  const auto placed = placement(isa::Element::s16, {2, 2}, {4, 2}, 0);
  CHECK_THROWS_WITH_AS(sim::write_tensor(memory.view(), placed, {1, 2, 3}), "tensor t takes 8 bytes, given 3",
                       std::logic_error);
}

TEST_CASE(
    "placed tensor: for any order and padding of dimensions, every element is at the sum of its strides") {
  CHECK(holds([] {
    const auto rank = draw_in_range<size_t>(0, 5);
    std::vector<int64_t> shape, order(rank), strides(rank);
    for (size_t d = 0; d < rank; ++d) shape.push_back(draw_in_range<int64_t>(1, 5));
    std::iota(order.begin(), order.end(), 0);
    for (size_t d = 0; d + 1 < rank; ++d) std::swap(order[d], order[draw_in_range<size_t>(d, rank)]);
    int64_t bytes = 2;
    for (const auto d : order) {
      strides[d] = bytes;
      bytes = bytes * shape[d] + 2 * draw_in_range<int64_t>(0, 3);
    }
    const auto placed = placement(isa::Element::u16, shape, strides, 16);
    const auto count = runtime::element_count(shape);
    std::vector<uint8_t> values(2 * count);
    for (int64_t i = 0; i < count; ++i)
      values[2 * i] = static_cast<uint8_t>(i), values[2 * i + 1] = static_cast<uint8_t>(i >> 8 ^ 0x5a);
    auto memory = memory_of(16 + bytes);
    const auto view = memory.view();
    sim::write_tensor(view, placed, values);
    for (int64_t i = 0; i < count; ++i) {
      int64_t flat = i, offset = 0;
      for (size_t d = rank; d-- > 0; flat /= shape[d]) offset += flat % shape[d] * strides[d];
      PROPERTY_ASSERT(view.at(placed.address + offset)[0] == values[2 * i]);
      PROPERTY_ASSERT(view.at(placed.address + offset)[1] == values[2 * i + 1]);
    }
    PROPERTY_ASSERT(sim::read_tensor(view, placed) == values);
  }));
}

TEST_CASE("placed tensor: its reach goes from its lowest byte to its highest") {
  // 3 rows upwards, 100 bytes apart, of 4 elements of 2 bytes, 10 bytes apart downwards: -30 .. 200 + 2
  const auto placed = placement(isa::Element::u16, {3, 4}, {100, -10}, 64);
  const auto reach = sim::interval_of(placed);
  CHECK(reach.first == placed.address.raw - 30);
  CHECK(reach.end == placed.address.raw + 202);
}

TEST_CASE("placed tensor: bytes become integers with their sign") {
  const std::vector<uint8_t> bytes{0xff, 0x80, 0x01, 0x00};
  CHECK(sim::unpack(bytes, isa::Element::s8, {4}).values == std::vector<int64_t>{-1, -128, 1, 0});
  CHECK(sim::unpack(bytes, isa::Element::u8, {4}).values == std::vector<int64_t>{255, 128, 1, 0});
  CHECK(sim::unpack(bytes, isa::Element::s16, {2}).values ==
        std::vector<int64_t>{-32513, 1});  // 0x80ff, 0x0001
  CHECK(sim::unpack(bytes, isa::Element::u16, {2}).values == std::vector<int64_t>{33023, 1});
  CHECK(sim::unpack(bytes, isa::Element::s32, {1}).values == std::vector<int64_t>{0x000180ff});
}

TEST_CASE("placed tensor: names of element types are NumPy's") {
  CHECK(sim::dtype_name(isa::Element::u16) == "uint16");
  CHECK(sim::dtype_name(isa::Element::s64) == "int64");
  CHECK(sim::npy_dtype(isa::Element::s8) == "|i1");
  CHECK(sim::npy_dtype(isa::Element::u32) == "<u4");
}

TEST_CASE("placed tensor: its grid makes the same integers of a float as the plan's") {
  auto placed = placement(isa::Element::u8, {4}, {1}, 0);
  const runtime::FloatTensor ties{{4}, {0.5f, 1.5f, 2.5f, 3.0f}};
  // floor(x + 0.5), then half to even; the zero point comes after the rounding
  CHECK(runtime::quantize_input(sim::tensor_plan(placed), ties) == std::vector<uint8_t>{1, 2, 3, 3});
  placed.input_rounding = isa::InputRounding::half_even_quotient;
  CHECK(runtime::quantize_input(sim::tensor_plan(placed), ties) == std::vector<uint8_t>{0, 2, 2, 3});
  placed.zero_point = 1;
  CHECK(runtime::quantize_input(sim::tensor_plan(placed), ties) == std::vector<uint8_t>{1, 3, 3, 4});
}
