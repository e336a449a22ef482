// .npy files as a whole, and their values as tensors. The header's text is read in npy_header.cpp.
#include "runtime/io/npy.h"

#include <cstring>
#include <fstream>
#include <stdexcept>
#include <type_traits>

#include "runtime/io/file_bytes.h"
#include "runtime/user_error.h"

namespace mmasim::runtime {
namespace {

// visit(value of its own C++ type) for every element, in order
template <class T, class Visit>
void visit_values(const NpyArray& array, Visit visit) {
  for (size_t offset = 0; offset + sizeof(T) <= array.bytes.size(); offset += sizeof(T)) {
    T value;  // little endian in the file, as on every host we build for
    std::memcpy(&value, array.bytes.data() + offset, sizeof(T));
    visit(value);
  }
}

template <class Visit>
void visit_elements(const NpyArray& array, Visit visit) {
  const std::string kind = array.dtype.size() == 3 ? array.dtype.substr(1) : array.dtype;
  if (kind == "b1") return visit_values<uint8_t>(array, [&](uint8_t value) { visit(value != 0 ? 1 : 0); });
  if (kind == "i1") return visit_values<int8_t>(array, visit);
  if (kind == "u1") return visit_values<uint8_t>(array, visit);
  if (kind == "i2") return visit_values<int16_t>(array, visit);
  if (kind == "u2") return visit_values<uint16_t>(array, visit);
  if (kind == "i4") return visit_values<int32_t>(array, visit);
  if (kind == "u4") return visit_values<uint32_t>(array, visit);
  if (kind == "i8") return visit_values<int64_t>(array, visit);
  if (kind == "u8") return visit_values<uint64_t>(array, visit);
  if (kind == "f4") return visit_values<float>(array, visit);
  if (kind == "f8") return visit_values<double>(array, visit);
  throw std::logic_error("npy: dtype '" + array.dtype + "' is not supported");
}

std::string shape_text(const Shape& shape) {
  std::string text = "(";
  for (const int64_t dimension : shape) text += std::to_string(dimension) + (shape.size() == 1 ? ",)" : ", ");
  if (shape.size() == 1) return text;
  if (shape.size() > 1) text.resize(text.size() - 2);
  return text + ")";
}

}  // namespace

NpyArray parse_npy(const uint8_t* data, uint64_t size_bytes, const std::string& source) {
  const NpyHeader header = parse_npy_header(data, size_bytes, source);
  const uint64_t present = size_bytes - header.header_bytes;
  if (header.payload_bytes != present) {
    throw UserError(source + ": byte " + std::to_string(header.header_bytes) + ": shape " +
                    shape_text(header.shape) + " of " + header.dtype + " is " +
                    std::to_string(header.payload_bytes) + " bytes, but " + std::to_string(present) +
                    " follow the header");
  }
  const uint8_t* payload = data + header.header_bytes;
  return {header.dtype, header.shape, std::vector<uint8_t>(payload, payload + present), source};
}

NpyArray read_npy(const std::string& path) {
  const std::vector<uint8_t> bytes = read_file_bytes(path);
  return parse_npy(bytes.data(), bytes.size(), path);
}

std::string npy_header(const std::string& dtype, const Shape& shape, uint64_t payload_bytes) {
  uint64_t expected_bytes = npy_element_bytes(dtype);
  if (expected_bytes == 0) throw std::logic_error("npy: cannot write dtype '" + dtype + "'");
  for (const int64_t dimension : shape) expected_bytes *= static_cast<uint64_t>(dimension);
  if (expected_bytes != payload_bytes) {
    throw std::logic_error("npy: shape " + shape_text(shape) + " of " + dtype + " is " +
                           std::to_string(expected_bytes) + " bytes, given " + std::to_string(payload_bytes));
  }
  std::string text =
      "{'descr': '" + dtype + "', 'fortran_order': False, 'shape': " + shape_text(shape) + ", }";
  text.append(63 - (10 + text.size()) % 64, ' ');  // so that the payload begins at a multiple of 64
  text += '\n';
  std::string header("\x93NUMPY\x01\x00", 8);
  header += static_cast<char>(text.size() & 0xff);
  header += static_cast<char>(text.size() >> 8);
  return header + text;
}

std::vector<uint8_t> npy_file_bytes(const std::string& dtype, const Shape& shape,
                                    const std::vector<uint8_t>& bytes) {
  const std::string header = npy_header(dtype, shape, bytes.size());
  std::vector<uint8_t> file(header.begin(), header.end());
  file.insert(file.end(), bytes.begin(), bytes.end());
  return file;
}

void write_npy(const std::string& path, const std::string& dtype, const Shape& shape,
               const std::vector<uint8_t>& bytes) {
  const std::vector<uint8_t> file = npy_file_bytes(dtype, shape, bytes);
  std::ofstream stream(path, std::ios::binary | std::ios::trunc);
  stream.write(reinterpret_cast<const char*>(file.data()), static_cast<std::streamsize>(file.size()));
  stream.close();
  if (!stream) throw UserError(path + ": cannot be written");
}

FloatTensor to_float(const NpyArray& array) {
  FloatTensor tensor{array.shape, {}};
  visit_elements(array, [&](auto value) { tensor.values.push_back(static_cast<float>(value)); });
  return tensor;
}

IntegerTensor to_int64(const NpyArray& array) {
  IntegerTensor tensor{array.shape, {}};
  visit_elements(array, [&](auto value) {
    if constexpr (std::is_floating_point_v<decltype(value)>) {
      throw UserError(array.source + ": dtype " + array.dtype + "; integers are expected");
    } else {
      if constexpr (std::is_same_v<decltype(value), uint64_t>) {
        if (value > static_cast<uint64_t>(INT64_MAX)) {
          throw UserError(array.source + ": value " + std::to_string(value) + " is past 2^63 - 1");
        }
      }
      tensor.values.push_back(static_cast<int64_t>(value));
    }
  });
  return tensor;
}

}  // namespace mmasim::runtime
