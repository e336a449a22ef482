// Linear least squares with a penalty on the weights, solved by Cholesky's factorization. Deterministic:
// fixed order, binary64, no threads. For a few dozen features.
#pragma once

#include <cstdint>
#include <vector>

namespace mmasim::tests::dscnn {

struct LinearFit {
  int64_t features = 0, targets = 0;
  std::vector<double> weights;  // targets x features
  std::vector<double> bias;     // one per target
};

// Minimizes sum over samples of |weights * x + bias - t|^2 + penalty * |weights|^2. x: samples x features, t:
// samples x targets, row-major. The bias is not penalized.
LinearFit ridge_fit(const std::vector<double>& x, int64_t features, const std::vector<double>& t,
                    int64_t targets, double penalty);

}  // namespace mmasim::tests::dscnn
