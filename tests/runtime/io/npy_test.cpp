// .npy files as NumPy writes them, and every way a header can be wrong.
#include "runtime/io/npy.h"

#include <doctest/doctest.h>

#include <cstring>
#include <limits>

#include "tests/kit/property.h"
#include "tests/runtime/io/temporary_folder.h"

using namespace mmasim::runtime;
using namespace mmasim::tests;
using mmasim::runtime::test::TemporaryFolder;
using mmasim::runtime::test::user_error;

namespace {

using Bytes = std::vector<uint8_t>;

// A version 1 file with this header text (no padding) and payload.
Bytes file_of(const std::string& header, const Bytes& payload, uint8_t version = 1) {
  Bytes file = {0x93,
                'N',
                'U',
                'M',
                'P',
                'Y',
                version,
                0,
                static_cast<uint8_t>(header.size()),
                static_cast<uint8_t>(header.size() >> 8)};
  if (version > 1) file.resize(12, 0);
  file.insert(file.end(), header.begin(), header.end());
  file.insert(file.end(), payload.begin(), payload.end());
  return file;
}

NpyArray parse(const Bytes& file) { return parse_npy(file.data(), file.size(), "x.npy"); }
std::string error_of(const std::string& header, const Bytes& payload = {}) {
  return user_error([&] { parse(file_of(header, payload)); });
}

template <class T>
Bytes bytes_of(const std::vector<T>& values) {
  Bytes bytes(values.size() * sizeof(T));
  if (!bytes.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

}  // namespace

TEST_CASE("npy: versions 1, 2 and 3 as NumPy writes them") {
  // numpy.save([[1, 2, 3], [4, 5, 6]] of uint16)
  const std::string v1 =
      "{'descr': '<u2', 'fortran_order': False, 'shape': (2, 3), }" + std::string(58, ' ') + "\n";
  REQUIRE(v1.size() == 0x76);
  const NpyArray array = parse(file_of(v1, {1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0}));
  CHECK(array.dtype == "<u2");
  CHECK(array.shape == Shape{2, 3});
  CHECK(to_int64(array).values == std::vector<int64_t>{1, 2, 3, 4, 5, 6});
  // write_array(numpy.array(5.5), version=(2, 0)) and of [True, False], version=(3, 0)
  const NpyArray scalar = parse(
      file_of("{'descr': '<f8', 'fortran_order': False, 'shape': (), }", {0, 0, 0, 0, 0, 0, 0x16, 0x40}, 2));
  CHECK(scalar.shape == Shape{});
  CHECK(to_float(scalar).values == std::vector<float>{5.5f});
  const NpyArray booleans =
      parse(file_of("{'descr': '|b1', 'fortran_order': False, 'shape': (2,), }", {1, 0}, 3));
  CHECK(to_int64(booleans).values == std::vector<int64_t>{1, 0});
}

TEST_CASE("npy: keys in any order, other quotes, Fortran order of one dimension") {
  const NpyArray array =
      parse(file_of("{\"shape\":(2,),\"fortran_order\":True,\"descr\":\"|i1\"}", {1, 0xff}));
  CHECK(to_int64(array).values == std::vector<int64_t>{1, -1});
}

TEST_CASE("npy: what is written is read back, and a payload starts at a multiple of 64") {
  const TemporaryFolder folder("npy");
  CHECK(holds("any shape of int32", [&folder] {
    const auto rank = draw_in_range<size_t>(0, 5);
    Shape shape;
    for (size_t i = 0; i < rank; ++i) shape.push_back(draw_in_range<int64_t>(0, 5));
    const auto values = draw_list<std::vector<int32_t>>(element_count(shape), draw_any<int32_t>);
    const Bytes file = npy_file_bytes("<i4", shape, bytes_of(values));
    PROPERTY_ASSERT(parse_npy_header(file.data(), file.size(), "x.npy").header_bytes % 64 == 0);
    write_npy(folder.file("a.npy"), "<i4", shape, bytes_of(values));
    const NpyArray array = read_npy(folder.file("a.npy"));
    PROPERTY_ASSERT(array.shape == shape);
    PROPERTY_ASSERT(to_int64(array).values == std::vector<int64_t>(values.begin(), values.end()));
  }));
}

TEST_CASE("npy: our file of a small array is NumPy's, byte for byte") {
  const std::string header =
      "{'descr': '<u2', 'fortran_order': False, 'shape': (2, 3), }" + std::string(58, ' ') + "\n";
  const Bytes payload = {1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0};
  CHECK(npy_file_bytes("<u2", {2, 3}, payload) == file_of(header, payload));
  CHECK_THROWS_AS(npy_file_bytes("<u2", {2, 2}, payload), std::logic_error);
  CHECK_THROWS_AS(npy_file_bytes(">u2", {2, 3}, payload), std::logic_error);
}

TEST_CASE("npy: every element type reads its extremes") {
  const auto integers = [](const std::string& dtype, const Bytes& payload) {
    return to_int64(parse(npy_file_bytes(
                        dtype, {static_cast<int64_t>(payload.size() / npy_element_bytes(dtype))}, payload)))
        .values;
  };
  using Values = std::vector<int64_t>;
  CHECK(integers("|i1", {0x80, 0x7f}) == Values{-128, 127});
  CHECK(integers("|u1", {0x00, 0xff}) == Values{0, 255});
  CHECK(integers("<i2", {0x00, 0x80, 0xff, 0x7f}) == Values{-32768, 32767});
  CHECK(integers("<u2", {0xff, 0xff}) == Values{65535});
  CHECK(integers("<i4", {0, 0, 0, 0x80}) == Values{INT32_MIN});
  CHECK(integers("<u4", {0xff, 0xff, 0xff, 0xff}) == Values{UINT32_MAX});
  CHECK(integers("<i8", {0, 0, 0, 0, 0, 0, 0, 0x80}) == Values{INT64_MIN});
  CHECK(integers("<u8", {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f}) == Values{INT64_MAX});
  CHECK(user_error([&] {
          integers("<u8", {0, 0, 0, 0, 0, 0, 0, 0x80});
        }) == "x.npy: value 9223372036854775808 is past 2^63 - 1");
  CHECK(user_error([&] { integers("<f4", {0, 0, 0, 0}); }) == "x.npy: dtype <f4; integers are expected");
  const std::vector<double> wide = {1.0 / 3.0, 1e300};
  const FloatTensor narrow = to_float(parse(npy_file_bytes("<f8", {2}, bytes_of(wide))));
  CHECK(narrow.values[0] == 1.0f / 3.0f);
  CHECK(narrow.values[1] == std::numeric_limits<float>::infinity());
}

TEST_CASE("npy: what cannot be read is named with what was seen") {
  CHECK(error_of("{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }") ==
        "x.npy: byte 20: dtype '>f4', 'fortran_ is not supported; allowed are b1, i1, u1, i2, u2, i4, u4, "
        "i8, u8, f4 and f8, little endian");
  CHECK(error_of("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }") ==
        "x.npy: byte 20: dtype [('a', '<f4')], ... is not supported");
  CHECK(error_of("{'descr': '<f4', 'fortran_order': True, 'shape': (1, 1), }") ==
        "x.npy: byte 68: the array is in Fortran order; C order is expected");
  CHECK(error_of("{'descr': '<f4', 'fortran_order': Maybe, 'shape': (1,), }") ==
        "x.npy: byte 44: True or False expected, seen 'Maybe, 'shape': '");
  CHECK(error_of("{'descr': '<f4', 'fortran_order': False, }") ==
        "x.npy: byte 52: the header lacks 'descr', 'fortran_order' or 'shape'");
  CHECK(error_of("{'descr': '<f4', 'descr': '<f4'}") ==
        "x.npy: byte 35: the header's keys are 'descr', 'fortran_order' and 'shape', each once");
  CHECK(error_of("{'shape': (-1,), }") == "x.npy: byte 21: a dimension expected, seen '-1,), }'");
  CHECK(error_of("{'shape': (99999999999999999999,), }") ==
        "x.npy: byte 36: a dimension is larger than any array");
  CHECK(error_of("{'descr' '<f4'}") == "x.npy: byte 19: ':' expected in the header, seen ''<f4'}'");
  CHECK(error_of("") == "x.npy: byte 10: '{' expected in the header, seen 'the header's end'");
}

TEST_CASE("npy: shapes of too many bytes or dimensions take no memory") {
  CHECK(error_of("{'descr': '<f8', 'fortran_order': False, 'shape': (268435456, 268435456), }") ==
        "x.npy: the header's shape is of more than 2^48 bytes");
  CHECK(error_of("{'descr': '|u1', 'fortran_order': False, 'shape': (1099511627776,), }") ==
        "x.npy: byte 79: shape (1099511627776,) of |u1 is 1099511627776 bytes, but 0 follow the header");
  std::string ones;
  for (int i = 0; i < 33; ++i) ones += "1,";
  CHECK(error_of("{'shape': (" + ones + "), }") == "x.npy: byte 85: more than 32 dimensions");
  // a dimension of 0 beside a huge one is an empty array
  CHECK(parse(file_of("{'descr': '<f8', 'fortran_order': False, 'shape': (0, 281474976710656), }", {}))
            .bytes.empty());
}

TEST_CASE("npy: a file cut short or too long says what its header promised") {
  const std::string header = "{'descr': '<i2', 'fortran_order': False, 'shape': (2,), }";
  CHECK(error_of(header, {1, 0, 2}) ==
        "x.npy: byte 67: shape (2,) of <i2 is 4 bytes, but 3 follow the header");
  CHECK(error_of(header, {1, 0, 2, 0, 3}) ==
        "x.npy: byte 67: shape (2,) of <i2 is 4 bytes, but 5 follow the header");
  const Bytes whole = file_of(header, {1, 0, 2, 0});
  for (size_t size = 0; size < whole.size(); ++size) {
    CHECK(user_error([&] { parse(Bytes(whole.begin(), whole.begin() + static_cast<long>(size))); }) !=
          "(no error)");
  }
}

TEST_CASE("npy: not a .npy file, an unknown version, a header of absurd length") {
  CHECK(user_error([] {
          parse({'P', 'K', 3, 4, 0, 0, 0, 0, 0, 0, 0, 0});
        }) == "x.npy: not a .npy file: it does not begin with \\x93NUMPY");
  CHECK(user_error([] { parse(file_of("{}", {}, 4)); }) ==
        "x.npy: byte 6: .npy version 4.0; expected 1.0, 2.0 or 3.0");
  CHECK(user_error([] {
          parse({0x93, 'N', 'U', 'M', 'P', 'Y', 2, 0, 0xff, 0xff, 0xff, 0xff, '{', '}'});
        }) == "x.npy: byte 8: a header of 4294967295 bytes; at most 65536 expected");
  CHECK(user_error([] {
          parse({0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 9, 0, '{', '}'});
        }) == "x.npy: byte 8: a header of 9 bytes, but only 2 follow");
}

TEST_CASE("npy: files that are missing, folders, or places that cannot be written") {
  const TemporaryFolder folder("npy-missing");
  CHECK(user_error([&] { read_npy(folder.file("none.npy")); }) == folder.file("none.npy") + ": no such file");
  CHECK(user_error([&] { read_npy(folder.path()); }) == folder.path() + ": not a regular file");
  CHECK(user_error([&] { write_npy(folder.file("no/x.npy"), "|u1", {1}, {1}); }) ==
        folder.file("no/x.npy") + ": cannot be written");
}

TEST_CASE("npy: a damaged byte is an error or another array, never anything worse") {
  const Bytes whole = npy_file_bytes("<i2", {2, 3}, Bytes(12, 1));
  int errors = 0;
  for (size_t at = 0; at < 80; ++at) {
    for (const uint8_t value : {0x00, 0x20, 0x27, 0x28, 0x30, 0x39, 0x7b, 0xff}) {
      Bytes damaged = whole;
      damaged[at] = value;
      if (user_error([&] { parse(damaged); }) != "(no error)") ++errors;
    }
  }
  CHECK(errors > 400);  // of 640, most bytes matter: only padding and equal bytes do not
}
