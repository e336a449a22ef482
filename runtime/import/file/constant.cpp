// Decodes TensorProto. Float types become binary32, integer and boolean types 64-bit integers.
#include "runtime/import/file/constant.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <type_traits>
#include <utility>

#include "runtime/graph/shape_text.h"
#include "runtime/import/file/limits.h"

namespace mmasim::runtime::importing {
namespace {

using onnx::TensorProto;

float from_bits(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

float from_half(uint16_t half) {
  const uint32_t sign = uint32_t{half} >> 15 << 31, exponent = half >> 10 & 31, fraction = half & 1023;
  if (exponent == 31) return from_bits(sign | 0x7f800000u | fraction << 13);
  if (exponent == 0) {
    const float magnitude = std::ldexp(static_cast<float>(fraction), -24);
    return sign ? -magnitude : magnitude;
  }
  return from_bits(sign | (exponent + 112) << 23 | fraction << 13);
}

float from_bfloat(uint16_t half) { return from_bits(uint32_t{half} << 16); }

size_t element_bytes(int type) {
  switch (type) {
    case TensorProto::BOOL:
    case TensorProto::INT8:
    case TensorProto::UINT8:
      return 1;
    case TensorProto::INT16:
    case TensorProto::UINT16:
    case TensorProto::FLOAT16:
    case TensorProto::BFLOAT16:
      return 2;
    case TensorProto::FLOAT:
    case TensorProto::INT32:
    case TensorProto::UINT32:
      return 4;
    case TensorProto::DOUBLE:
    case TensorProto::INT64:
    case TensorProto::UINT64:
      return 8;
    default:
      return 0;
  }
}

std::string type_name(int type) {
  return TensorProto::DataType_IsValid(type)
             ? TensorProto::DataType_Name(static_cast<TensorProto::DataType>(type))
             : std::to_string(type);
}

// The file's elements are little-endian, as every host this runs on is. They pass through a buffer that stays
// in the host's cache.
template <class Element, class Value, class Convert>
std::vector<Value> from_raw(const TensorBytes& raw, int64_t count, Convert convert) {
  constexpr int64_t kPiece = 16384;
  std::vector<Value> values;
  values.reserve(static_cast<size_t>(count));
  std::vector<Element> piece(static_cast<size_t>(std::min(count, kPiece)));
  for (int64_t begin = 0; begin < count; begin += kPiece) {
    piece.resize(static_cast<size_t>(std::min(count - begin, kPiece)));
    raw.read(static_cast<uint64_t>(begin) * sizeof(Element), piece.size() * sizeof(Element),
             reinterpret_cast<char*>(piece.data()));
    for (const Element element : piece) values.push_back(convert(element));
  }
  return values;
}

std::vector<float> floats_from_raw(const TensorBytes& raw, int64_t count) {
  constexpr int64_t kPiece = 16384;
  std::vector<float> values, piece(static_cast<size_t>(std::min(count, kPiece)));
  values.reserve(static_cast<size_t>(count));
  for (int64_t begin = 0; begin < count; begin += kPiece) {
    const auto end = static_cast<size_t>(std::min(count - begin, kPiece));
    raw.read(static_cast<uint64_t>(begin) * sizeof(float), end * sizeof(float),
             reinterpret_cast<char*>(piece.data()));
    values.insert(values.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(end));
  }
  return values;
}

template <class Value, class Field, class Convert>
std::vector<Value> from_field(const Field& field, Convert convert) {
  std::vector<Value> values;
  values.reserve(field.size());
  for (const auto& element : field) values.push_back(convert(element));
  return values;
}

int64_t narrow(uint64_t value) {
  if (value > static_cast<uint64_t>(INT64_MAX)) refuse("value " + std::to_string(value) + " exceeds 63 bits");
  return static_cast<int64_t>(value);
}

template <class Element>
int64_t widen(Element element) {
  return static_cast<int64_t>(element);
}

std::vector<float> reals_from_raw(const TensorBytes& raw, int type, int64_t count) {
  switch (type) {
    case TensorProto::FLOAT:
      return floats_from_raw(raw, count);
    case TensorProto::DOUBLE:
      return from_raw<double, float>(raw, count, [](double v) { return static_cast<float>(v); });
    case TensorProto::FLOAT16:
      return from_raw<uint16_t, float>(raw, count, from_half);
    default:
      return from_raw<uint16_t, float>(raw, count, from_bfloat);
  }
}

std::vector<float> reals_from_fields(const TensorProto& tensor) {
  switch (tensor.data_type()) {
    case TensorProto::FLOAT:
      return from_field<float>(tensor.float_data(), [](float v) { return v; });
    case TensorProto::DOUBLE:
      return from_field<float>(tensor.double_data(), [](double v) { return static_cast<float>(v); });
    case TensorProto::FLOAT16:
      return from_field<float>(tensor.int32_data(),
                               [](int32_t v) { return from_half(static_cast<uint16_t>(v)); });
    default:
      return from_field<float>(tensor.int32_data(),
                               [](int32_t v) { return from_bfloat(static_cast<uint16_t>(v)); });
  }
}

std::vector<int64_t> integers_from_raw(const TensorBytes& raw, int type, int64_t count) {
  switch (type) {
    case TensorProto::BOOL:
      return from_raw<uint8_t, int64_t>(raw, count, [](uint8_t v) { return int64_t{v != 0}; });
    case TensorProto::INT8:
      return from_raw<int8_t, int64_t>(raw, count, widen<int8_t>);
    case TensorProto::UINT8:
      return from_raw<uint8_t, int64_t>(raw, count, widen<uint8_t>);
    case TensorProto::INT16:
      return from_raw<int16_t, int64_t>(raw, count, widen<int16_t>);
    case TensorProto::UINT16:
      return from_raw<uint16_t, int64_t>(raw, count, widen<uint16_t>);
    case TensorProto::INT32:
      return from_raw<int32_t, int64_t>(raw, count, widen<int32_t>);
    case TensorProto::UINT32:
      return from_raw<uint32_t, int64_t>(raw, count, widen<uint32_t>);
    case TensorProto::UINT64:
      return from_raw<uint64_t, int64_t>(raw, count, narrow);
    default:
      return from_raw<int64_t, int64_t>(raw, count, widen<int64_t>);
  }
}

std::vector<int64_t> integers_from_fields(const TensorProto& tensor) {
  switch (tensor.data_type()) {
    case TensorProto::INT64:
      return from_field<int64_t>(tensor.int64_data(), widen<int64_t>);
    case TensorProto::UINT32:
    case TensorProto::UINT64:
      return from_field<int64_t>(tensor.uint64_data(), narrow);
    default:
      return from_field<int64_t>(tensor.int32_data(), widen<int32_t>);
  }
}

uint64_t unsigned_number(const std::string& text, const std::string& what) {
  if (text.empty() || text.size() > 18 || text.find_first_not_of("0123456789") != std::string::npos) {
    refuse("external data " + what + " is '" + text + "'; expected a number of bytes");
  }
  return std::stoull(text);
}

TensorBytes external_bytes(const TensorProto& tensor, uint64_t needed_bytes, const ExternalData& external) {
  std::string location;
  uint64_t offset_bytes = 0, length_bytes = needed_bytes;
  for (const auto& entry : tensor.external_data()) {
    if (entry.key() == "location") location = entry.value();
    if (entry.key() == "offset") offset_bytes = unsigned_number(entry.value(), "offset");
    if (entry.key() == "length") length_bytes = unsigned_number(entry.value(), "length");
  }
  if (length_bytes != needed_bytes) {
    refuse("external data length is " + std::to_string(length_bytes) + " bytes; its shape needs " +
           std::to_string(needed_bytes));
  }
  return external.find(location, offset_bytes, needed_bytes);
}

void require_raw_size(const TensorBytes& raw, uint64_t needed_bytes, const Shape& shape) {
  if (raw.size() != needed_bytes) {
    refuse("it holds " + std::to_string(raw.size()) + " bytes; shape " + shape_text(shape) + " needs " +
           std::to_string(needed_bytes));
  }
}

template <class Values>
void require_value_count(const Values& values, int64_t count, const Shape& shape) {
  if (static_cast<int64_t>(values.size()) != count) {
    refuse("it holds " + std::to_string(values.size()) + " values; shape " + shape_text(shape) + " needs " +
           std::to_string(count));
  }
}

ConstantPtr decode(const TensorProto& tensor, const std::string& name, const ExternalData& external,
                   const TensorBytes* elsewhere) {
  auto constant = std::make_shared<Constant>();
  constant->name = name;
  constant->shape.assign(tensor.dims().begin(), tensor.dims().end());
  const int64_t count = checked_elements(constant->shape, "it", Emptiness::allowed);
  const int type = tensor.data_type();
  const size_t bytes = element_bytes(type);
  constant->element_type = type_name(type);
  if (bytes == 0)
    refuse("its element type is " + constant->element_type + "; expected a float or integer type");
  if (tensor.has_segment()) refuse("it is stored in segments, which is not supported");
  const bool real = type == TensorProto::FLOAT || type == TensorProto::DOUBLE ||
                    type == TensorProto::FLOAT16 || type == TensorProto::BFLOAT16;
  constant->kind = real ? Constant::Kind::real : Constant::Kind::integer;

  const uint64_t needed_bytes = static_cast<uint64_t>(count) * bytes;
  const bool outside = tensor.data_location() == TensorProto::EXTERNAL;
  if (outside || tensor.has_raw_data()) {
    const TensorBytes raw = outside     ? external_bytes(tensor, needed_bytes, external)
                            : elsewhere ? *elsewhere
                                        : TensorBytes(tensor.raw_data());
    require_raw_size(raw, needed_bytes, constant->shape);
    if (real) {
      constant->reals = Reals([raw, type, count] { return reals_from_raw(raw, type, count); });
    } else {
      constant->integers = std::make_shared<const std::vector<int64_t>>(integers_from_raw(raw, type, count));
    }
  } else if (real) {
    constant->reals = Reals(reals_from_fields(tensor));
    require_value_count(*constant->reals, count, constant->shape);
  } else {
    constant->integers = std::make_shared<const std::vector<int64_t>>(integers_from_fields(tensor));
    require_value_count(*constant->integers, count, constant->shape);
  }
  return constant;
}

}  // namespace

ConstantPtr make_reals(const std::string& name, Shape shape, std::vector<float> values) {
  auto constant = std::make_shared<Constant>();
  constant->name = name;
  constant->shape = std::move(shape);
  constant->reals = Reals(std::move(values));
  return constant;
}

ConstantPtr make_integers(const std::string& name, Shape shape, std::vector<int64_t> values) {
  auto constant = std::make_shared<Constant>();
  constant->name = name;
  constant->shape = std::move(shape);
  constant->kind = Constant::Kind::integer;
  constant->element_type = "INT64";
  constant->integers = std::make_shared<const std::vector<int64_t>>(std::move(values));
  return constant;
}

ConstantPtr declare_reals(const std::string& name, Shape shape) {
  auto constant = std::make_shared<Constant>();
  constant->name = name;
  constant->shape = std::move(shape);
  return constant;
}

ConstantPtr decode_tensor(const TensorProto& tensor, const std::string& name, const ExternalData& external,
                          const TensorBytes* raw) {
  try {
    return decode(tensor, name, external, raw);
  } catch (const std::invalid_argument& fault) {
    refuse("tensor '" + name + "': " + fault.what());
  }
}

void require_finite(const Constant& constant) {
  if (!constant.reals) return;
  const std::vector<float>& values = *constant.reals;
  for (size_t i = 0; i < values.size(); ++i) {
    if (std::isfinite(values[i])) continue;
    Shape place(constant.shape.size());
    size_t rest = i;
    for (size_t d = place.size(); d-- > 0; rest /= constant.shape[d]) place[d] = rest % constant.shape[d];
    refuse("tensor '" + constant.name + "' holds " + (std::isnan(values[i]) ? "NaN" : "infinity") + " at " +
           shape_text(place) + "; expected finite values");
  }
}

}  // namespace mmasim::runtime::importing
