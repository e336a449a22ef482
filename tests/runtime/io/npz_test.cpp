// .npz archives that NumPy wrote, and what is done to them.
#include "runtime/io/npz.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/runtime/io/npz_samples.h"
#include "tests/runtime/io/temporary_folder.h"

using namespace mmasim::runtime;
using namespace mmasim::runtime::test;

namespace {

using Bytes = std::vector<uint8_t>;

std::string error_of(const Bytes& file) {
  return user_error([&] { parse_npz(file.data(), file.size(), "x.npz"); });
}

// Where the last directory entry begins (the sample's second member).
size_t last_entry(const Bytes& file) {
  const uint8_t signature[] = {'P', 'K', 1, 2};
  return static_cast<size_t>(std::find_end(file.begin(), file.end(), signature, signature + 4) -
                             file.begin());
}

}  // namespace

TEST_CASE("npz: stored members as numpy.savez writes them") {
  const auto arrays = parse_npz(kStoredNpz.data(), kStoredNpz.size(), "x.npz");
  REQUIRE(arrays.size() == 2);
  CHECK(arrays.at("a").shape == Shape{1, 2});
  CHECK(to_float(arrays.at("a")).values == std::vector<float>{1.5f, -2.0f});
  CHECK(to_int64(arrays.at("b")).values == std::vector<int64_t>{7, -8, 9});
}

TEST_CASE("npz: deflated members as numpy.savez_compressed writes them") {
  const TemporaryFolder folder("npz");
  folder.write("c.npz", std::string(kDeflatedNpz.begin(), kDeflatedNpz.end()));
  const auto arrays = read_npz(folder.file("c.npz"));
  REQUIRE(arrays.size() == 2);
  CHECK(arrays.at("a").shape == Shape{4, 8});
  CHECK(to_float(arrays.at("a")).values == std::vector<float>(32, 0.0f));
  CHECK(to_int64(arrays.at("labels")).values == std::vector<int64_t>{0, 1, 2, 3, 4});
}

TEST_CASE("npz: what is no archive, or one cut off") {
  CHECK(error_of(Bytes(100, 'x')) == "x.npz: not an .npz (zip) file");
  CHECK(error_of({}) == "x.npz: not an .npz (zip) file");
  for (const Bytes& whole : {kStoredNpz, kDeflatedNpz}) {
    for (size_t size = 0; size < whole.size(); ++size) {
      CHECK(error_of(Bytes(whole.begin(), whole.begin() + static_cast<long>(size))) != "(no error)");
    }
  }
}

TEST_CASE("npz: encryption, other methods and zip64 sizes are refused by their place") {
  const size_t entry = last_entry(kStoredNpz);
  const auto with = [entry](size_t offset, const Bytes& values) {
    Bytes file = kStoredNpz;
    std::copy(values.begin(), values.end(), file.begin() + static_cast<long>(entry + offset));
    return file;
  };
  const auto at = [entry](size_t offset) { return "x.npz: byte " + std::to_string(entry + offset) + ": "; };
  CHECK(error_of(with(8, {1})) == at(8) + "the member is encrypted");
  CHECK(error_of(with(10, {12})) == at(10) + "compression method 12; expected 0 (stored) or 8 (deflate)");
  CHECK(error_of(with(24, {0xff, 0xff, 0xff, 0xff})) == at(20) + "zip64 sizes");
  CHECK(error_of(with(16, {0, 0, 0, 0})) == "x.npz: member 'b.npy': damaged: its CRC is not the archive's");
  CHECK(error_of(with(46, {'a'})) == "x.npz: member 'a.npy': the archive holds this name twice");
  CHECK(error_of(with(50, {'z'})) == "x.npz: member 'b.npz': only .npy members are expected");
}

TEST_CASE("npz: a member that claims gigabytes is refused before they are taken") {
  const size_t entry = last_entry(kDeflatedNpz);
  Bytes file = kDeflatedNpz;
  file[entry + 27] = 0x7f;  // 2 GB and more; the member is a header of 128 bytes and 5 * 8 bytes of labels
  CHECK(error_of(file) == "x.npz: member 'labels.npy': damaged: 168 of 65552 bytes could be inflated");
  for (const size_t i : {24, 25, 26, 27}) file[entry + i] = 0xfe;  // 4278124286, still below 2^32 together
  CHECK(error_of(file) == "x.npz: member 'labels.npy': damaged: 168 of 65552 bytes could be inflated");
  const size_t first = entry - 46 - 5;  // the first entry, of "a.npy"
  file[first + 27] = 0x7f;
  CHECK(error_of(file) == "x.npz: 6408830974 bytes unpacked; at most 4294967296 are read");
}

TEST_CASE("npz: a damaged byte anywhere is an error or another array, never anything worse") {
  for (const Bytes& whole : {kStoredNpz, kDeflatedNpz}) {
    int errors = 0;
    for (size_t at = 0; at < whole.size(); ++at) {
      for (const uint8_t flip : {0x01, 0x80, 0xff}) {
        Bytes damaged = whole;
        damaged[at] ^= flip;
        if (error_of(damaged) != "(no error)") ++errors;
      }
    }
    CHECK(errors > static_cast<int>(whole.size()));  // the CRC alone covers half of the file
  }
}
