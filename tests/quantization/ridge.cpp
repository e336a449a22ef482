#include "tests/quantization/ridge.h"

#include <cmath>
#include <stdexcept>
#include <string>

namespace mmasim::tests::dscnn {
namespace {

struct Matrix {
  size_t rows, columns;
  std::vector<double> cells;

  Matrix(size_t r, size_t c) : rows(r), columns(c), cells(r * c, 0.0) {}
  double& at(size_t row, size_t column) { return cells[row * columns + column]; }
  double at(size_t row, size_t column) const { return cells[row * columns + column]; }
};

// The lower triangle L of a = L * L^T, in place.
void factorize(Matrix& a) {
  for (size_t j = 0; j < a.rows; ++j) {
    for (size_t k = 0; k < j; ++k) a.at(j, j) -= a.at(j, k) * a.at(j, k);
    if (!(a.at(j, j) > 0)) throw std::logic_error("ridge: pivot " + std::to_string(j) + " is not positive");
    a.at(j, j) = std::sqrt(a.at(j, j));
    for (size_t i = j + 1; i < a.rows; ++i) {
      for (size_t k = 0; k < j; ++k) a.at(i, j) -= a.at(i, k) * a.at(j, k);
      a.at(i, j) /= a.at(j, j);
    }
  }
}

// b becomes the solution of L * L^T * x = b, for each of its columns.
void solve(const Matrix& l, Matrix& b) {
  for (size_t c = 0; c < b.columns; ++c) {
    for (size_t i = 0; i < l.rows; ++i) {
      for (size_t k = 0; k < i; ++k) b.at(i, c) -= l.at(i, k) * b.at(k, c);
      b.at(i, c) /= l.at(i, i);
    }
    for (size_t i = l.rows; i-- > 0;) {
      for (size_t k = i + 1; k < l.rows; ++k) b.at(i, c) -= l.at(k, i) * b.at(k, c);
      b.at(i, c) /= l.at(i, i);
    }
  }
}

}  // namespace

LinearFit ridge_fit(const std::vector<double>& x, int64_t features, const std::vector<double>& t,
                    int64_t targets, double penalty) {
  const auto n = static_cast<size_t>(features), m = static_cast<size_t>(targets), samples = x.size() / n;
  const auto feature = [&](size_t sample, size_t i) {
    return i < n ? x[sample * n + i] : 1.0;
  };  // last: bias
  Matrix normal(n + 1, n + 1), right(n + 1, m);
  for (size_t sample = 0; sample < samples; ++sample)
    for (size_t i = 0; i <= n; ++i) {
      for (size_t k = 0; k <= i; ++k) normal.at(i, k) += feature(sample, i) * feature(sample, k);
      for (size_t c = 0; c < m; ++c) right.at(i, c) += feature(sample, i) * t[sample * m + c];
    }
  for (size_t i = 0; i < n; ++i) normal.at(i, i) += penalty;
  factorize(normal);
  solve(normal, right);
  LinearFit fit{features, targets, {}, {}};
  for (size_t c = 0; c < m; ++c) {
    for (size_t i = 0; i < n; ++i) fit.weights.push_back(right.at(i, c));
    fit.bias.push_back(right.at(n, c));
  }
  return fit;
}

}  // namespace mmasim::tests::dscnn
