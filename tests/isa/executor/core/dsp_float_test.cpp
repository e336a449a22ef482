// The instructions on reals: worked vectors, each executed at host speed and by definition.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "isa/float_arithmetic.h"
#include "tests/isa/semantics/oracle.h"

namespace mmasim::isa {
namespace {

using oracle::Bench;
using oracle::l2;

using Reals = std::vector<float>;
using Bytes = std::vector<uint8_t>;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

template <class Integer>
std::vector<Integer> quantized(const Reals& values, Element element, int32_t zero_point, float step = 1) {
  Bench bench;
  bench.poke<float>(l2(0), values);
  DspQuantize i;
  i.src = l2(0), i.dst = l2(256), i.dst_type = element;
  i.channels = static_cast<uint32_t>(values.size()), i.step = step, i.zero_point = zero_point;
  i.clip_min = static_cast<int64_t>(element_lowest(element));
  i.clip_max = static_cast<int64_t>(element_highest(element));
  bench.run(i);
  return bench.peek<Integer>(l2(256), values.size());
}

}  // namespace

TEST_CASE("quantize: QuantizeLinear's ties, then the zero point, then saturation (quantization.md 2)") {
  const Reals values = {.5f, 1.5f, 2.5f, -.5f, -1.5f, -2.5f, 127.5f, 300, -128.5f, -300, .49999997f, 3.5f};
  CHECK(quantized<int8_t>(values, Element::s8, 0) ==
        std::vector<int8_t>{0, 2, 2, 0, -2, -2, 127, 127, -128, -128, 0, 4});
  CHECK(quantized<int8_t>(values, Element::s8, 1) ==
        std::vector<int8_t>{1, 3, 3, 1, -1, -1, 127, 127, -127, -128, 1, 5});
}

TEST_CASE("quantize: a quotient in binary32; infinities saturate and a NaN is 0") {
  // 2.5 / 0.33333334 = 7.4999998, whose neighbours are 7.4999995 and 7.5: rounded to 7.5, a tie that becomes
  // 8
  CHECK(quantized<int16_t>({2.5f, -1e30f, 1e30f, kNan}, Element::s16, 7, 1.0f / 3.0f) ==
        std::vector<int16_t>{15, -32768, 32767, 7});
  CHECK(quantized<uint8_t>({kInfinity, -kInfinity, -0.0f}, Element::u8, 3) == Bytes{255, 0, 3});
}

TEST_CASE("range: DynamicQuantizeLinear of -1, 0, 2, 0.55 (quantization.md 2)") {
  // step 3/255 = 0.011764706; zero point 1/step = 85; 2/step + 85 = 255; 0.55/step = 46.75 -> 47 + 85 = 132
  Bench bench;
  bench.poke<float>(l2(0), {-1, 0, 2, .55f});
  DspRange range;
  range.src = l2(0), range.dst = l2(64), range.channels = 4;
  bench.run(range);
  CHECK(bench.peek<float>(l2(64), 3) == Reals{-1, 2, 3.0f / 255.0f});
  CHECK(bench.peek<int32_t>(l2(76), 1) == std::vector<int32_t>{85});
  DspQuantize quantize;
  quantize.src = l2(0), quantize.dst = l2(128), quantize.grid = l2(64), quantize.channels = 4;
  quantize.clip_max = 255;
  bench.run(quantize);
  CHECK(bench.peek<uint8_t>(l2(128), 4) == Bytes{0, 85, 255, 132});
}

TEST_CASE("range: goes on from what it holds, takes no NaN, and always spans 0") {
  Bench bench;
  bench.poke<float>(l2(0), {3, kNan, 5});
  bench.poke<float>(l2(32), {-2, 4});
  DspRange range;
  range.src = l2(0), range.dst = l2(64), range.channels = 3;
  bench.run(range);
  CHECK(bench.peek<float>(l2(64), 3) == Reals{3, 5, 5.0f / 255.0f});
  CHECK(bench.peek<int32_t>(l2(76), 1) == std::vector<int32_t>{0});
  range.src = l2(32), range.channels = 2, range.begins = 0;
  bench.run(range);
  CHECK(bench.peek<float>(l2(64), 3) == Reals{-2, 5, 7.0f / 255.0f});
  CHECK(bench.peek<int32_t>(l2(76), 1) == std::vector<int32_t>{73});  // 2 * 255 / 7 = 72.857
  bench.poke<float>(l2(0), {0, 0, 0});                                // no range at all: a step of 1
  range.src = l2(0), range.channels = 3, range.begins = 1;
  bench.run(range);
  CHECK(bench.peek<float>(l2(64), 3) == Reals{0, 0, 1});
}

TEST_CASE("dequantize: accumulators less zero point times weight sum, two steps, a bias and a clip") {
  // channel 0: (1000 - 85 * 10) * (0.5 * 0.25) + 1 = 19.75; channel 1: (-7 - 85 * -2) * (0.5 * 2) - 200 = -37
  // -> -30
  Bench bench;
  bench.poke<int32_t>(l2(0), {1000, -7});
  bench.poke<float>(l2(64), {0, 0, 0.5f});
  bench.poke<int32_t>(l2(76), {85});
  bench.poke<float>(l2(96), {9, .25f, 2});
  bench.poke<int32_t>(l2(128), {9, 10, -2});
  bench.poke<float>(l2(160), {9, 1, -200});
  DspDequantize i;
  i.src = l2(0), i.dst = l2(256), i.grid = l2(64), i.steps = l2(96), i.sums = l2(128), i.biases = l2(160);
  i.src_type = Element::s32, i.channels = 2, i.lane = 1, i.low = -30;
  bench.run(i);
  CHECK(bench.peek<float>(l2(256), 2) == Reals{19.75f, -30});
  i.grid = i.steps = i.sums = i.biases = Address{}, i.low = -kInfinity;
  i.step = 2, i.zero_point = 3;
  bench.run(i);
  CHECK(bench.peek<float>(l2(256), 2) == Reals{1994, -20});
}

TEST_CASE("dequantize: an accumulator beyond 2^24 is rounded once, to even") {
  Bench bench;
  bench.poke<int32_t>(l2(0), {16777217, 16777219});  // 2^24 + 1 is a tie, as is 2^24 + 3
  DspDequantize i;
  i.src = l2(0), i.dst = l2(64), i.src_type = Element::s32, i.channels = 2;
  bench.run(i);
  CHECK(bench.peek<float>(l2(64), 2) == Reals{16777216, 16777220});
}

TEST_CASE("convert: binary16 to nearest even, at its ends and among its subnormals") {
  const float half_ulp = std::ldexp(1.0f, -11);
  Bench bench;
  bench.poke<float>(l2(0),
                    {1, 1 + half_ulp, 1 + 3 * half_ulp, 65504, 65519.996f, 65520, std::ldexp(1.0f, -24),
                     std::ldexp(1.0f, -25), 3 * std::ldexp(1.0f, -25), -0.0f, kNan, -kInfinity});
  DspConvert i;
  i.src = l2(0), i.dst = l2(128), i.src_type = Element::f32, i.dst_type = Element::f16, i.channels = 12;
  bench.run(i);
  CHECK(bench.peek<uint16_t>(l2(128), 12) == std::vector<uint16_t>{0x3c00, 0x3c00, 0x3c02, 0x7bff, 0x7bff,
                                                                   0x7c00, 1, 0, 2, 0x8000, 0x7e00, 0xfc00});
}

TEST_CASE("convert: every binary16 number survives the way through binary32") {
  for (uint32_t half = 0; half < 0x10000; ++half) {
    const bool is_nan = (half & 0x7fff) > 0x7c00;
    const auto seen = half_of_float(float_of_half(static_cast<uint16_t>(half)));
    if (seen != (is_nan ? kQuietNanHalf : half)) FAIL_CHECK(half << " becomes " << seen);
  }
  CHECK(float_of_half(0x0001) == std::ldexp(1.0f, -24));
  CHECK(float_of_half(0x0400) == std::ldexp(1.0f, -14));
}

TEST_CASE("unpack: k-means indices of 2 bits (quantization.md 2)") {
  // 0, 0, 0, 1 are 0x40 from the lowest bits up; 1, 3 are 0x0d
  Bench bench;
  bench.poke<uint8_t>(l2(0), {0x40, 0x0d});
  bench.poke<float>(l2(32), {.1f, 1.05f, -9, 5});
  DspUnpack i;
  i.src = l2(0), i.table = l2(32), i.dst = l2(64), i.element_bytes = 4, i.bits = 2, i.count = 6;
  bench.run(i);
  CHECK(bench.peek<float>(l2(64), 6) == Reals{.1f, .1f, .1f, 1.05f, 1.05f, 5});
}

TEST_CASE("unpack: indices of 3 bits run over the ends of bytes") {
  // 5, 6, 7 from the lowest bit up: 101, 110 -> 6 << 3, 111 -> 7 << 6: 5 + 48 + 448 = 501 = 0x1f5
  Bench bench;
  bench.poke<uint8_t>(l2(0), {0xf5, 0x01});
  bench.poke<uint8_t>(l2(32), {0, 0, 0, 0, 0, 50, 60, 70});
  DspUnpack i;
  i.src = l2(0), i.table = l2(32), i.dst = l2(64), i.element_bytes = 1, i.bits = 3, i.count = 3;
  bench.run(i);
  CHECK(bench.peek<uint8_t>(l2(64), 3) == Bytes{50, 60, 70});
}

TEST_CASE("combine: each operation, its clip, and a second operand of one channel") {
  Bench bench;
  bench.poke<float>(l2(0), {6, -1, 0.0f});
  bench.poke<float>(l2(32), {4});
  const auto result = [&](FloatOperation operation) {
    DspCombineF32 i;
    i.a = l2(0), i.b = l2(32), i.dst = l2(64), i.operation = operation, i.channels = 3, i.b_channels = 1;
    i.low = -4.5f, i.high = 9;
    bench.run(i);
    return bench.peek<float>(l2(64), 3);
  };
  CHECK(result(FloatOperation::add) == Reals{9, 3, 4});
  CHECK(result(FloatOperation::subtract) == Reals{2, -4.5f, -4});
  CHECK(result(FloatOperation::subtract_from) == Reals{-2, 5, 4});
  CHECK(result(FloatOperation::multiply) == Reals{9, -4, 0});
  CHECK(result(FloatOperation::divide) == Reals{1.5f, -.25f, 0});
  CHECK(result(FloatOperation::minimum) == Reals{4, -1, 0});
  CHECK(result(FloatOperation::maximum) == Reals{6, 4, 4});
}

TEST_CASE("combine: no number is the quiet NaN, whatever made it, and passes every clip") {
  Bench bench;
  bench.poke<float>(l2(0), {kInfinity, float_of_bits(0xffc12345)});
  bench.poke<float>(l2(32), {kInfinity, 1});
  DspCombineF32 i;
  i.a = l2(0), i.b = l2(32), i.dst = l2(64), i.operation = FloatOperation::subtract;
  i.channels = i.b_channels = 2, i.low = 0, i.high = 1;
  bench.run(i);
  CHECK(bench.peek<uint32_t>(l2(64), 2) == std::vector<uint32_t>{kQuietNan, kQuietNan});
}

TEST_CASE("function: values that need no rounding") {
  const auto value = [](FloatFunction function, float x, float alpha = 0, float beta = 0) {
    Bench bench;
    bench.poke<float>(l2(0), {x});
    DspFunctionF32 i;
    i.src = l2(0), i.dst = l2(64), i.function = function, i.channels = 1, i.alpha = alpha, i.beta = beta;
    bench.run(i);
    return bench.peek<float>(l2(64), 1)[0];
  };
  CHECK(value(FloatFunction::copy, -3) == -3);
  CHECK(value(FloatFunction::exponential, 0) == 1);
  CHECK(value(FloatFunction::exponential, -88) == 0);
  CHECK(value(FloatFunction::exponential, 89) == kInfinity);
  CHECK(value(FloatFunction::sigmoid, 0) == .5f);
  CHECK(value(FloatFunction::sigmoid, -100) == 0);
  CHECK(value(FloatFunction::tanh, 0) == 0);
  CHECK(value(FloatFunction::hard_sigmoid, 1, .25f, .5f) == .75f);
  CHECK(value(FloatFunction::hard_sigmoid, 9, .25f, .5f) == 1);
  CHECK(value(FloatFunction::hard_swish, -1, .25f, .5f) == -.25f);
  CHECK(value(FloatFunction::leaky, -4, .125f) == -.5f);
  CHECK(value(FloatFunction::leaky, 4, .125f) == 4);
}

TEST_CASE("function: the exponential errs by less than 2^-22 of its value") {
  double worst = 0;
  for (int k = -8700; k <= 8800; ++k) {
    const auto x = static_cast<float>(k) / 100.0f;
    const double exact = std::exp(static_cast<double>(x));
    worst = std::max(worst, std::fabs(static_cast<double>(exponential(x)) - exact) / exact);
  }
  CHECK(worst < std::ldexp(1.0, -22));
}

TEST_CASE("convolve: products and sums are rounded apart, in the order of the source channels") {
  Bench bench;
  const auto dot = [&](const Reals& x, const Reals& w, float bias) {
    bench.poke<float>(l2(0), x);
    bench.poke<float>(l2(32), w);
    bench.poke<float>(l2(64), {bias});
    DspConvolveF32 i;
    i.src = l2(0), i.weights = l2(32), i.biases = l2(64), i.dst = l2(96), i.channels = 1;
    i.depth = static_cast<uint32_t>(x.size()), i.weight_stride = 4;
    bench.run(i);
    return bench.peek<float>(l2(96), 1)[0];
  };
  // 2^24 + 1 is a tie and becomes 2^24; the other way about the sum would be 1
  CHECK(dot({16777216, 1, -16777216}, {1, 1, 1}, 0) == 0);
  CHECK(dot({16777216, -16777216, 1}, {1, 1, 1}, 0) == 1);
  // (1 + 2^-12)^2 = 1 + 2^-11 + 2^-24 becomes 1 + 2^-11; a fused multiply-add would leave 2^-24
  const float x = 1 + std::ldexp(1.0f, -12);
  CHECK(dot({x}, {x}, -(1 + std::ldexp(1.0f, -11))) == 0);
}

TEST_CASE("convolve: windows with stride and dilation, several channels, and a clip") {
  // 1 x 6 cells of 1 channel, 2 taps two apart, stride 3: windows (1, 3) and (4, 6)
  Bench bench;
  bench.poke<float>(l2(0), {1, 2, 3, 4, 5, 6});
  bench.poke<float>(l2(32), {1, 10, 2, -1});  // tap 0: 1 and 10; tap 1: 2 and -1
  DspConvolveF32 i;
  i.src = l2(0), i.weights = l2(32), i.dst = l2(64);
  i.count_x = 2, i.channels = 2, i.src_x_stride = 4, i.dst_x_stride = 8, i.weight_stride = 8;
  i.kernel_x = 2, i.stride_x = 3, i.dilation_x = 2, i.high = 20;
  bench.run(i);
  CHECK(bench.peek<float>(l2(64), 4) == Reals{7, 7, 16, 20});  // 40 - 6 = 34 -> 20
}

TEST_CASE("convolve: a filter per channel sees its own channel alone") {
  Bench bench;
  bench.poke<float>(l2(0), {1, 2, 3, 4});  // two cells of two channels
  bench.poke<float>(l2(32), {5, 6, 7, 8});
  DspConvolveF32 i;
  i.src = l2(0), i.weights = l2(32), i.dst = l2(64), i.per_channel = 1;
  i.channels = 2, i.kernel_x = 2, i.src_x_stride = 8, i.weight_stride = 8;
  bench.run(i);
  CHECK(bench.peek<float>(l2(64), 2) == Reals{26, 44});  // 1*5 + 3*7, 2*6 + 4*8
}

TEST_CASE("pool: cells beyond the valid ones do not count, whatever they hold") {
  // 2 x 2 cells of which the left column is padding
  Bench bench;
  bench.poke<float>(l2(0), {99, -3, 99, -6});
  DspPoolF32 i;
  i.src = l2(0), i.dst = l2(64), i.channels = 1, i.kernel_y = i.kernel_x = 2;
  i.src_x_stride = 4, i.src_y_stride = 8;
  i.valid_x_begin = 1, i.valid_x_end = 2, i.valid_y_end = 2;
  const auto result = [&](FloatPool pool, uint32_t divisor) {
    i.pool = pool, i.divisor = divisor;
    bench.run(i);
    return bench.peek<float>(l2(64), 1)[0];
  };
  CHECK(result(FloatPool::maximum, 0) == -3);
  CHECK(result(FloatPool::average, 0) == -4.5f);
  CHECK(result(FloatPool::average, 4) == -2.25f);
  i.valid_x_end = 1;  // nothing counts
  CHECK(result(FloatPool::average, 0) == 0);
}

TEST_CASE("softmax: equal channels share, and one far below the largest is 0") {
  Bench bench;
  bench.poke<float>(l2(0), {5, 5, -300, 5, 5});
  DspSoftmaxF32 i;
  i.src = l2(0), i.dst = l2(64), i.channels = 5;
  bench.run(i);
  CHECK(bench.peek<float>(l2(64), 5) == Reals{.25f, .25f, 0, .25f, .25f});
}

}  // namespace mmasim::isa
