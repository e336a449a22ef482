// Fields of instructions: each width at its edges and one beyond.
#include "runtime/lower/schedule/field.h"

#include <doctest/doctest.h>

#include "isa/instruction.h"

using namespace mmasim;
using namespace mmasim::runtime;

namespace {

template <class Work>
std::string overflow(Work&& work) {
  try {
    work();
  } catch (const FieldOverflow& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("field: a number becomes the member it is assigned to, or nothing") {
  isa::DspPoolMax pool;
  pool.kernel_y = field(65535, "kernel_y");
  CHECK(pool.kernel_y == 65535);
  CHECK(overflow([&] { pool.kernel_y = field(65536, "kernel_y"); }) ==
        "kernel_y is 65536; an instruction holds 0..65535");
  CHECK(overflow([&] { pool.kernel_y = field(-1, "kernel_y"); }) ==
        "kernel_y is -1; an instruction holds 0..65535");
  CHECK(pool.kernel_y == 65535);
  pool.count_y = field(4294967295, "count_y");
  CHECK(pool.count_y == 4294967295);
  CHECK(overflow([&] { pool.count_y = field(4294967296, "count_y"); }) ==
        "count_y is 4294967296; an instruction holds 0..4294967295");
  pool.src_y_stride = field(-2147483648, "src_y_stride");
  CHECK(pool.src_y_stride == INT32_MIN);
  CHECK(overflow([&] { pool.src_y_stride = field(2147483648, "src_y_stride"); }) ==
        "src_y_stride is 2147483648; an instruction holds -2147483648..2147483647");
}

TEST_CASE("field: a stride over one step moves nowhere, so any will do") {
  isa::MmaPattern pattern;
  pattern.r0_stride = stride_field(int64_t{1} << 31, 1, "r0_stride");
  CHECK(pattern.r0_stride == 0);
  pattern.r0_stride = stride_field(1000, 1, "r0_stride");
  CHECK(pattern.r0_stride == 1000);
  CHECK(overflow([&] { pattern.r0_stride = stride_field(int64_t{1} << 31, 2, "r0_stride"); }) ==
        "r0_stride is 2147483648; an instruction holds -2147483648..2147483647");
}

TEST_CASE("field: a breach of lowering's own bounds is a defect") {
  CHECK(exactly<int8_t>(-128, "shift") == -128);
  CHECK(exactly<int8_t>(127, "shift") == 127);
  CHECK_THROWS_WITH_AS(exactly<int8_t>(128, "shift"),
                       "lowering: shift is 128; an instruction holds -128..127", std::logic_error);
  CHECK_THROWS_WITH_AS(exactly<uint8_t>(256, "rows"), "lowering: rows is 256; an instruction holds 0..255",
                       std::logic_error);
}

TEST_CASE("field: what does not fit is a mistake of the user with its place") {
  isa::DspResize resize;
  CHECK_THROWS_WITH_AS(at_place("node 'up' (Resize)", [&] { resize.factor_y = field(65536, "factor_y"); }),
                       "node 'up' (Resize): factor_y is 65536; an instruction holds 0..65535", UserError);
}
