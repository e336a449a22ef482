// Between the host's floats and the network's integers: inputs in, outputs out. Integers are little-endian
// bytes.
#include <cmath>
#include <stdexcept>

#include "isa/kit/float_bits.h"
#include "runtime/quantize/host_values.h"
#include "runtime/quantize/rounding.h"
#include "runtime/user_error.h"

namespace mmasim::runtime {

namespace {

int64_t quantize_value(const TensorPlan& plan, float step, float value) {
  if (plan.is_real) return isa::float_bits(value);  // as it is
  const auto zero_point = static_cast<double>(plan.zero_point);
  const bool by_quotient = plan.input_rounding == isa::InputRounding::half_even_quotient;
  const double level = by_quotient ? quantization::round_half_even(value / step)
                                   : quantization::round_half_up(static_cast<double>(value) * plan.inv_step);
  return quantization::saturate(level + zero_point, plan.min(), plan.max());
}

// Sign- or zero-extends the element at `bytes`.
int64_t read_element(const TensorPlan& plan, const uint8_t* bytes) {
  uint64_t raw = 0;
  for (uint32_t i = 0; i < plan.bits / 8; ++i) raw |= uint64_t{bytes[i]} << (8 * i);
  if (plan.is_signed && plan.bits < 64 && (raw >> (plan.bits - 1)) != 0) raw |= ~uint64_t{0} << plan.bits;
  return static_cast<int64_t>(raw);
}

}  // namespace

std::vector<uint8_t> quantize_input(const TensorPlan& plan, const FloatTensor& values) {
  const auto step = static_cast<float>(1.0 / plan.inv_step);
  std::vector<uint8_t> bytes;
  bytes.reserve(values.values.size() * plan.bits / 8);
  for (size_t i = 0; i < values.values.size(); ++i) {
    if (std::isnan(values.values[i]))
      throw UserError("input value " + std::to_string(i) + " is not a number");
    const auto q = static_cast<uint64_t>(quantize_value(plan, step, values.values[i]));
    for (uint32_t byte = 0; byte < plan.bits / 8; ++byte)
      bytes.push_back(static_cast<uint8_t>(q >> (8 * byte)));
  }
  return bytes;
}

FloatTensor dequantize_output(const TensorPlan& plan, const Shape& shape,
                              const std::vector<uint8_t>& integers) {
  const auto count = static_cast<size_t>(element_count(shape));
  const size_t element_bytes = plan.bits / 8;
  if (integers.size() != count * element_bytes) {
    throw std::logic_error(std::to_string(integers.size()) + " bytes for " + std::to_string(count) +
                           " elements of " + std::to_string(plan.bits) + " bits");
  }
  FloatTensor result;
  result.shape = shape;
  result.values.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    if (plan.is_real) {
      result.values.push_back(
          isa::float_of_bits(static_cast<uint32_t>(read_element(plan, integers.data() + i * element_bytes))));
      continue;
    }
    const int64_t q = read_element(plan, integers.data() + i * element_bytes) - plan.zero_point;
    result.values.push_back(static_cast<float>(static_cast<double>(q) / plan.inv_step));
  }
  return result;
}

}  // namespace mmasim::runtime
