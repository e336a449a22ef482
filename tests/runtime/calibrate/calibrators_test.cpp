// Each calibrator on values whose range is worked out by hand, or found by a plain search written here.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>
#include <string>

#include "runtime/calibrate/calibrate.h"
#include "runtime/calibrate/calibrator_table.h"
#include "runtime/calibrate/divergence.h"
#include "runtime/user_error.h"
#include "tests/runtime/quantize/graph_builder.h"

using namespace mmasim::runtime;
using namespace mmasim::runtime::test;
using calibration::Histogram;

namespace {

using Values = std::vector<float>;
const GridShape kSigned{8, true, false, true}, kAuto{}, kAffine{8, false, false, false},
    kPower{8, true, true, true};

Range range_by(const std::string& kind, const GridShape& grid, const std::vector<Values>& frames,
               const std::map<std::string, double>& parameters = {}) {
  const auto calibrator = make_calibrator({kind, parameters}, grid);
  for (unsigned pass = 0; pass < calibrator->passes(); ++pass) {
    for (const Values& frame : frames) {
      const auto [low, high] = std::minmax_element(frame.begin(), frame.end());
      calibrator->see({frame.data(), frame.size(), {*low, *high}}, pass);
    }
  }
  return calibrator->finish();
}

Values repeated(std::initializer_list<std::pair<float, int>> counts) {
  Values values;
  for (const auto& [value, count] : counts) values.insert(values.end(), static_cast<size_t>(count), value);
  return values;
}

// 990 times 1, 9 times 2, once 100
const Values kOutlier = repeated({{1, 990}, {2, 9}, {100, 1}});

Values bell(size_t count, double outlier = 0) {
  std::mt19937 random(7);
  std::normal_distribution<float> normal;
  Values values(count);
  for (float& value : values) value = normal(random);
  if (outlier != 0) values[count / 2] = static_cast<float>(outlier);
  return values;
}

std::string error_of(const CalibratorChoice& choice) {
  try {
    check(choice);
    make_calibrator(choice, kAuto);
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

// Mean squared error of fake quantization, value by value.
double exact_error(const Values& values, double threshold, double step, double low, double high) {
  double sum = 0;
  for (const float value : values) {
    const double q = std::min(std::max(std::nearbyint(value / step), low), high);
    sum += (value - q * step) * (value - q * step);
  }
  (void)threshold;
  return sum / static_cast<double>(values.size());
}

}  // namespace

TEST_CASE("calibrators: an outlier is kept by minmax and left out by a percentile (hand vector K1)") {
  CHECK(range_by("minmax", kAuto, {kOutlier}).high == 100);
  CHECK(range_by("minmax", kAuto, {kOutlier}).low == 1);
  // 2048 bins over [0, 100]: 2 lies in bin 40 of width 0.048828125, which ends at 2.001953125.
  CHECK(range_by("percentile", kSigned, {kOutlier}, {{"percentile", 99.9}}).high == 2.001953125);
  Values mirrored = kOutlier;
  for (float& value : mirrored) value = -value;
  CHECK(range_by("percentile", kSigned, {mirrored}, {{"percentile", 99.9}}).low == -2.001953125);
  // 100 % leaves out nothing, 99.99 % of 1000 values neither.
  CHECK(range_by("percentile", kSigned, {kOutlier}, {{"percentile", 100}}).high == 100);
  CHECK(range_by("percentile", kSigned, {kOutlier}, {{"percentile", 99.99}}).high == 100);
}

TEST_CASE("calibrators: an affine percentile cuts as much from each side") {
  // 10 % of 20 values: one on each side. 16 bins over [-8, 8], of width 1: -8 fills bin 0 and is cut, -1 lies
  // in bin 7 which begins at -1; 8 falls into the last bin and is cut, 1 lies in bin 9, which ends at 2.
  const Values values = repeated({{-8, 1}, {-1, 9}, {1, 9}, {8, 1}});
  const Range range = range_by("percentile", kAffine, {values}, {{"percentile", 90}, {"bins", 16}});
  CHECK(range.low == -1);
  CHECK(range.high == 2);
}

TEST_CASE("calibrators: a moving average begins with the first frame and follows with its weight") {
  // maxima 4, 6, 3, 3; 0.8 * 4 + 0.2 * 6 = 4.4; 0.8 * 4.4 + 0.2 * 3 = 4.12; 0.8 * 4.12 + 0.2 * 3 = 3.896
  const std::vector<Values> frames{{0, 4}, {0, 6}, {0, 3}, {0, 3}};
  CHECK(range_by("minmax_ema", kAuto, frames, {{"beta", 0.2}}).high == doctest::Approx(3.896).epsilon(1e-12));
  CHECK(range_by("minmax_ema", kAuto, frames, {{"beta", -1}}).high == doctest::Approx(4).epsilon(1e-12));
  CHECK(range_by("minmax_ema", kAuto, frames).high ==  // 0.01
        doctest::Approx(((4 * 0.99 + 0.06) * 0.99 + 0.03) * 0.99 + 0.03).epsilon(1e-12));
  CHECK(range_by("minmax_ema", kAuto, {frames[0]}).high == 4);
}

TEST_CASE("calibrators: n standard deviations around zero, no further than values go") {
  // mean 1, deviations +-3 : sigma = 3; |1| + 0.5 * 3 = 2.5
  const std::vector<Values> frames{{-2, 4}, {4, -2}};
  const Range half = range_by("nsd", kSigned, frames, {{"n", 0.5}});
  CHECK(half.high == 2.5);
  CHECK(half.low == -2);
  CHECK(range_by("nsd", kSigned, frames).high == 4);  // 1 + 9 is beyond all values
}

TEST_CASE("calibrators: saturation leaves out no more than its share") {
  CHECK(range_by("saturation", kSigned, {kOutlier}).high == 2.001953125);             // one of 1000
  CHECK(range_by("saturation", kSigned, {kOutlier}, {{"eps", 0.0009}}).high == 100);  // none
  // 1 lies in bin 20, which ends at 21 * 0.048828125.
  CHECK(range_by("saturation", kSigned, {kOutlier}, {{"eps", 0.01}}).high == 1.025390625);
}

TEST_CASE("calibrators: a fixed range needs no values") {
  const Range range = range_by("fixed", kAuto, {{5}}, {{"low", -1}, {"high", 6}});
  CHECK(range.low == -1);
  CHECK(range.high == 6);
  CHECK(error_of({"fixed", {{"low", 2}, {"high", 2}}}).find("low must be less") != std::string::npos);
}

TEST_CASE("calibrators: P and Q of a small histogram, worked out by hand") {
  // counts 4 2 0 3 1 2 in bins of width 1; kept 4, merged into 2 levels
  Histogram histogram(Histogram::Of::magnitudes, 0, 6, 6);
  const Values values = repeated({{0.5f, 4}, {-1.5f, 2}, {3.5f, 3}, {-4.5f, 1}, {5.5f, 2}});
  histogram.add(values.data(), values.size());
  // P: 4 2 0 3+3, Q: (4+2)/2 twice, then (0+3)/1 where P is not empty. One empty bin: 1e-4, taken off the
  // three others.
  const auto d = calibration::clipped_and_quantized(histogram, 4, 2);
  const double part = 1e-4 / 3;
  const std::vector<double> p{4 - part, 2 - part, 1e-4, 6 - part}, q{3 - part, 3 - part, 1e-4, 3 - part};
  for (size_t i = 0; i < 4; ++i) {
    CHECK(d.p[i] == doctest::Approx(p[i]).epsilon(1e-14));
    CHECK(d.q[i] == doctest::Approx(q[i]).epsilon(1e-14));
  }
  double kl = 0, j = 0;
  for (size_t i = 0; i < 4; ++i) {
    kl += p[i] / 12 * std::log(p[i] / 12 / (q[i] / 9));
    j += (p[i] / 12 - q[i] / 9) * std::log(p[i] / 12 / (q[i] / 9));
  }
  CHECK(calibration::kullback_leibler(d) == doctest::Approx(kl).epsilon(1e-12));
  CHECK(calibration::jeffreys(d) == doctest::Approx(j).epsilon(1e-12));
}

TEST_CASE("calibrators: kl and kl_j keep what a uniform tensor has and cut a far outlier") {
  Values uniform;
  for (int i = 0; i < 4096; ++i) uniform.push_back(static_cast<float>(i) / 4096.0f);
  for (const std::string kind : {"kl", "kl_j"}) {
    CHECK(range_by(kind, kAuto, {uniform}).high > 0.9);
    const Range cut = range_by(kind, kSigned, {bell(100000, 50.0)});
    CHECK(cut.high < 10);
    CHECK(cut.high > 2);
    CHECK(cut.low >= -cut.high);
  }
}

TEST_CASE("calibrators: mse finds the threshold that a search over all values finds") {
  for (const double outlier : {0.0, 12.0, 40.0}) {
    const Values values = bell(20000, outlier);
    double largest = 0;
    for (const float value : values) largest = std::max(largest, std::fabs(static_cast<double>(value)));
    for (const uint32_t bits : {4u, 8u}) {
      const double half = std::ldexp(1.0, static_cast<int>(bits) - 1);
      const GridShape grid{bits, true, false, true};
      double least = std::numeric_limits<double>::infinity();
      for (int i = 1; i <= 100; ++i) {
        const double t = largest * i / 100;
        least = std::min(least, exact_error(values, t, t / half, -half, half - 1));
      }
      const double found = range_by("mse", grid, {values}).high;
      const double error = exact_error(values, found, found / half, -half, half - 1);
      CHECK(error <= 1.1 * least);
      CHECK(range_by("sqnr", grid, {values}).high == found);
    }
  }
}

TEST_CASE("calibrators: with steps that are powers of two mse searches exponents alone") {
  Values values = bell(20000);
  values[0] = 100;  // 128 would cover it
  const GridShape four{4, true, true, true};
  double least = std::numeric_limits<double>::infinity(), best = 0;
  for (int e = 7; e >= 0; --e) {
    const double t = std::ldexp(1.0, e), error = exact_error(values, t, t / 8, -8, 7);
    if (error < least) least = error, best = t;
  }
  const Range range = range_by("mse", four, {values});
  CHECK(best < 64);
  CHECK(std::max(range.high, -range.low) == best);
  CHECK(range_by("mse", kPower, {{-1.0f, 1.0f, 0.5f}}).high == 1);  // 2^0 covers all
}

TEST_CASE("calibrators: a tensor of zeros, one value and no clip beyond what was seen") {
  for (const auto& info : calibrators()) {
    if (std::string(info.name) == "fixed") continue;
    for (const GridShape& grid : {kSigned, kAuto, kAffine, kPower}) {
      const Range zero = range_by(info.name, grid, {{0, 0}, {0, 0}});
      CHECK(zero.low == 0);
      CHECK(zero.high == 0);
      const Range one = range_by(info.name, grid, {{3, 3, 3, 3}});
      CHECK(one.high <= 3);
      CHECK(one.high > 2.9);
      const Range bells = range_by(info.name, grid, {bell(1000)});
      CHECK(bells.low < -1);
      CHECK(bells.high > 1);
    }
  }
}

TEST_CASE("calibrators: choices that are not in the table are refused by name") {
  CHECK(error_of({"minmx", {}}).find("nearest is 'minmax'") != std::string::npos);
  CHECK(error_of({"minmax", {{"beta", 0.1}}}).find("it has none") != std::string::npos);
  CHECK(error_of({"nsd", {{"m", 3}}}).find("its parameters: n") != std::string::npos);
  CHECK(error_of({"percentile", {{"percentile", 101}}}).find("percentile is 101; expected 50..100") !=
        std::string::npos);
  CHECK(error_of({"kl", {{"bins", 300.5}}}).find("a whole number in 256..16384") != std::string::npos);
  CHECK(error_of({"mse", {{"bins", std::nan("")}}}).find("bins is nan") != std::string::npos);
  CHECK(error_of({"kl", {{"bins", 512}}}).empty());
}

TEST_CASE("calibrate: each tensor has its own calibrator, and frames are the samples whatever the batch") {
  for (const int64_t batch : {1, 2, 3}) {
    GraphBuilder b;
    const TensorId x = b.input({batch, 2}, {});
    const TensorId y = b.node(Clip{}, {x}, {batch, 2}, {}, relu());
    const FloatTensor samples{{4, 2}, {0, 4, 0, 6, 0, 3, 0, 3}};
    const Ranges ranges = calibrate(
        b.graph, {&samples},
        [&](TensorId id) {
          return id == y ? TensorCalibration{{"minmax_ema", {{"beta", 0.2}}}, {}} : TensorCalibration{};
        },
        2);
    CHECK(ranges[x].high == 6);
    CHECK(ranges[y].high == doctest::Approx(3.896).epsilon(1e-12));
  }
}

TEST_CASE("calibrate: all calibrators give the same bits on any number of threads") {
  GraphBuilder b;
  const TensorId x = b.input({1, 8, 6, 6}, {});
  Conv conv = pointwise(40, 8, bell(320));
  b.node(conv, {x}, {1, 40, 6, 6}, {});
  const FloatTensor samples{{3, 8, 6, 6}, bell(3 * 8 * 36)};
  for (const auto& info : calibrators()) {
    const auto choose = [&](TensorId) { return TensorCalibration{{info.name, {}}, kSigned}; };
    const Ranges one = calibrate(b.graph, {&samples}, choose, 1),
                 four = calibrate(b.graph, {&samples}, choose, 4);
    CHECK(one[1].low == four[1].low);
    CHECK(one[1].high == four[1].high);
  }
}

TEST_CASE("calibrate_values: weights are one frame") {
  const Values weights{0.5f, -2, 1};
  CHECK(calibrate_values({"minmax", {}}, kSigned, weights.data(), weights.size()).low == -2);
  CHECK(calibrate_values({"nsd", {{"n", 1}}}, kSigned, weights.data(), weights.size()).high == 1);
  const Values bad{1, std::nanf("")};
  CHECK_THROWS_AS(calibrate_values({"minmax", {}}, kSigned, bad.data(), bad.size()), UserError);
}
