// The exponential function from IEEE operations alone, so that tables and float runs are the same on every
// host (the C library's differs between versions and between hosts with and without fused multiply-add).
#pragma once

namespace mmasim {

double exponential(double x);  // within 2 units in the last place; 0 below -745, infinity above 709.78
double sigmoid(double x);      // 1 / (1 + exp(-x))

}  // namespace mmasim
