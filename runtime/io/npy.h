// NumPy's .npy files: versions 1 to 3, little endian, C order, of booleans, integers and binary32 or binary64
// numbers. Anything else is a UserError that names the file, the place and what was seen. Sizes are checked
// against the file before memory is taken.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/tensor_data.h"

namespace mmasim::runtime {

struct NpyArray {
  std::string dtype;  // as NumPy's descr: "<f4", "|u1", ...
  Shape shape;
  std::vector<uint8_t> bytes;  // row-major, little endian
  std::string source;          // where it was read from, for messages
};

// Bytes of one element, 0 for a dtype that is not supported.
uint64_t npy_element_bytes(const std::string& dtype);

NpyArray read_npy(const std::string& path);
void write_npy(const std::string& path, const std::string& dtype, const Shape& shape,
               const std::vector<uint8_t>& bytes);

// The content of a .npy file; source names it in messages.
NpyArray parse_npy(const uint8_t* data, uint64_t size_bytes, const std::string& source);

// What a .npy file begins with: enough of it is in data[0, size_bytes). The payload is not looked at.
struct NpyHeader {
  std::string dtype;
  Shape shape;
  uint64_t header_bytes = 0;   // offset of the payload
  uint64_t payload_bytes = 0;  // elements times their bytes
};
NpyHeader parse_npy_header(const uint8_t* data, uint64_t size_bytes, const std::string& source);

// What stands before the elements. A number of bytes that is not the shape's is a bug of the caller.
std::string npy_header(const std::string& dtype, const Shape& shape, uint64_t payload_bytes);
std::vector<uint8_t> npy_file_bytes(const std::string& dtype, const Shape& shape,
                                    const std::vector<uint8_t>& bytes);

// Any dtype to binary32, rounded to the nearest.
FloatTensor to_float(const NpyArray& array);
// Booleans and integers; a UserError for others and for values past 2^63 - 1.
IntegerTensor to_int64(const NpyArray& array);

}  // namespace mmasim::runtime
