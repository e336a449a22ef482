// exp(x) = 2^k * exp(r), |r| <= ln(2) / 2, with exp(r) by its Taylor series: the term after the last is below
// 2^-57.
#include "isa/kit/exponential.h"

#include <cmath>
#include <limits>

namespace mmasim {

double exponential(double x) {
  constexpr double kLog2E = 1.4426950408889634;
  constexpr double kLn2High = 0x1.62e42feep-1;  // 32 bits: its product with |k| <= 1075 is exact
  constexpr double kLn2Low = 0x1.a39ef35793c76p-33;
  constexpr int kTerms = 14;
  constexpr double kInverse[kTerms + 1] = {0,        1.0,      1.0 / 2,  1.0 / 3,  1.0 / 4,
                                           1.0 / 5,  1.0 / 6,  1.0 / 7,  1.0 / 8,  1.0 / 9,
                                           1.0 / 10, 1.0 / 11, 1.0 / 12, 1.0 / 13, 1.0 / 14};
  if (std::isnan(x)) return x;
  if (x < -745.2) return 0.0;
  if (x > 709.79) return std::numeric_limits<double>::infinity();
  const double k = std::floor(x * kLog2E + 0.5);
  const double r = (x - k * kLn2High) - k * kLn2Low;
  double sum = 1.0;
  for (int term = kTerms; term >= 1; --term) sum = 1.0 + sum * (r * kInverse[term]);
  return std::ldexp(sum, static_cast<int>(k));
}

double sigmoid(double x) { return 1.0 / (1.0 + exponential(-x)); }

}  // namespace mmasim
