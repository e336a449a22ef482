// The operators in binary32 (quantization.md 2, Reals): a tensor of reals is the bits of each as an integer,
// so that what only moves values works on both. Written from the definitions, apart from
// isa/float_arithmetic.h.
#pragma once

#include "runtime/reference/node_operands.h"

namespace mmasim::runtime::reference {

// Of nodes whose plan is a RealPlan, a DynamicPlan or one of the two conversions.
bool is_real_step(const NodePlan& plan);
IntegerTensor evaluate_real(const NodeOperands& step);

// real_functions.cpp
float real_of(int64_t bits);
int64_t bits_of(float value);
float real_clip(float v, float low, float high);
float real_larger(float a, float b);
float real_exponential(float v);
float real_sigmoid(float v);
// QUANT_F32
int64_t real_quantize(float v, float step, int64_t zero_point, int64_t low, int64_t high);

// real_linear.cpp
std::vector<float> convolve_reals(const Conv& conv, const RealPlan& plan, const NodeOperands& step);
std::vector<float> convolve_transposed_reals(const ConvTranspose& conv, const RealPlan& plan,
                                             const NodeOperands& step);
std::vector<float> multiply_reals(const RealPlan& plan, const NodeOperands& step);  // Gemm
std::vector<float> normalize_reals(const BatchNorm& norm, const RealPlan& plan, const NodeOperands& step);
std::vector<float> convolve_dynamic(const Conv& conv, const DynamicPlan& plan, const NodeOperands& step);
std::vector<float> multiply_dynamic(const DynamicPlan& plan, const NodeOperands& step);

// real_pool.cpp
std::vector<float> pool_reals(const Window& window, bool is_average, bool counts_padding,
                              const NodeOperands& step);

}  // namespace mmasim::runtime::reference
