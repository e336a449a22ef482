#include "sim/inputs/placed_tensor.h"

#include <cstring>
#include <stdexcept>

namespace mmasim::sim {
namespace {

// Calls visit(address, index of the run's first element, elements) for the longest contiguous runs, in
// row-major order.
template <class Visit>
void for_each_run(const isa::TensorPlacement& placement, Visit&& visit) {
  const auto& shape = placement.shape;
  const int64_t element_bytes = isa::element_bytes(placement.element);
  size_t inner = shape.size();  // dimensions from here on are contiguous
  int64_t run = 1;
  while (inner > 0 && (shape[inner - 1] == 1 || placement.strides_bytes[inner - 1] == run * element_bytes)) {
    run *= shape[--inner];
  }
  const int64_t total = runtime::element_count(shape);
  std::vector<int64_t> index(inner, 0);
  isa::Address address = placement.address;
  for (int64_t first = 0; first < total; first += run) {
    visit(address, first, run);
    for (size_t d = inner; d-- > 0;) {
      address = address + placement.strides_bytes[d];
      if (++index[d] < shape[d]) break;
      address = address + -placement.strides_bytes[d] * shape[d];
      index[d] = 0;
    }
  }
}

template <class Integer>
void widen(const std::vector<uint8_t>& bytes, std::vector<int64_t>& values) {
  for (size_t i = 0; i < values.size(); ++i) {
    Integer value;
    std::memcpy(&value, bytes.data() + i * sizeof value, sizeof value);
    values[i] = value;
  }
}

}  // namespace

isa::ByteInterval interval_of(const isa::TensorPlacement& placement) {
  std::vector<isa::Steps> dimensions;
  for (size_t d = 0; d < placement.shape.size(); ++d)
    dimensions.push_back({static_cast<uint64_t>(placement.shape[d]), placement.strides_bytes[d]});
  return isa::interval_of(placement.address, isa::element_bytes(placement.element), dimensions.data(),
                          dimensions.size());
}

uint64_t packed_bytes(const isa::TensorPlacement& placement) {
  return static_cast<uint64_t>(runtime::element_count(placement.shape)) *
         isa::element_bytes(placement.element);
}

void write_tensor(const isa::MemoryView& memory, const isa::TensorPlacement& placement,
                  const std::vector<uint8_t>& bytes) {
  if (bytes.size() != packed_bytes(placement)) {
    throw std::logic_error("tensor " + placement.name + " takes " + std::to_string(packed_bytes(placement)) +
                           " bytes, given " + std::to_string(bytes.size()));
  }
  const size_t width = isa::element_bytes(placement.element);
  for_each_run(placement, [&](isa::Address address, int64_t first, int64_t run) {
    std::memcpy(memory.at(address), bytes.data() + first * width, run * width);
  });
}

std::vector<uint8_t> read_tensor(const isa::MemoryView& memory, const isa::TensorPlacement& placement) {
  std::vector<uint8_t> bytes(packed_bytes(placement));
  const size_t width = isa::element_bytes(placement.element);
  for_each_run(placement, [&](isa::Address address, int64_t first, int64_t run) {
    std::memcpy(bytes.data() + first * width, memory.at(address), run * width);
  });
  return bytes;
}

std::string dtype_name(isa::Element element) {
  const char* kind = isa::element_is_real(element)     ? "float"
                     : isa::element_is_signed(element) ? "int"
                                                       : "uint";
  return kind + std::to_string(isa::element_bits(element));
}

std::string npy_dtype(isa::Element element) {
  const char* type = isa::element_info(element).npy;
  if (type == nullptr)
    throw std::logic_error(std::string("no array file holds elements ") + isa::element_info(element).word);
  return type;
}

runtime::TensorPlan tensor_plan(const isa::TensorPlacement& placement) {
  runtime::TensorPlan plan;
  plan.bits = 8 * isa::element_bytes(placement.element);
  plan.is_signed = isa::element_is_signed(placement.element);
  plan.is_real = placement.element == isa::Element::f32;
  plan.inv_step = placement.inv_step;
  plan.zero_point = placement.zero_point;
  plan.input_rounding = placement.input_rounding;
  return plan;
}

runtime::IntegerTensor unpack(const std::vector<uint8_t>& bytes, isa::Element element,
                              const runtime::Shape& shape) {
  runtime::IntegerTensor tensor{shape, std::vector<int64_t>(bytes.size() / isa::element_bytes(element))};
  switch (element) {
    case isa::Element::s8:
      widen<int8_t>(bytes, tensor.values);
      break;
    case isa::Element::u8:
      widen<uint8_t>(bytes, tensor.values);
      break;
    case isa::Element::s16:
      widen<int16_t>(bytes, tensor.values);
      break;
    case isa::Element::u16:
      widen<uint16_t>(bytes, tensor.values);
      break;
    case isa::Element::s32:
      widen<int32_t>(bytes, tensor.values);
      break;
    case isa::Element::u32:
      widen<uint32_t>(bytes, tensor.values);
      break;
    case isa::Element::s64:
      widen<int64_t>(bytes, tensor.values);
      break;
    case isa::Element::f32:  // its bits
      widen<int32_t>(bytes, tensor.values);
      break;
    default:
      throw std::logic_error(std::string("no host tensor holds elements ") + isa::element_info(element).word);
  }
  return tensor;
}

}  // namespace mmasim::sim
