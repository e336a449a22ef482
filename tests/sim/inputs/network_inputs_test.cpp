// Which input an --input is for: names and paths may hold '='.
#include "sim/inputs/network_inputs.h"

#include <doctest/doctest.h>

#include "tests/runtime/io/temporary_folder.h"

namespace mmasim::sim {
namespace {

using runtime::test::TemporaryFolder;
using runtime::test::user_error;

const std::vector<InputPort> kPorts{{"lr", {1}}, {"lr=0", {1}}, {"x", {1}}};

class Bench {
 public:
  // A file of one value.
  std::string file(const std::string& name, uint8_t value) const {
    const auto path = folder_.file(name);
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    runtime::write_npy(path, "|u1", {1}, {value});
    return path;
  }
  std::string path(const std::string& name) const { return folder_.file(name); }

 private:
  const TemporaryFolder folder_{"given"};
};

GivenArray read_one(const std::string& text) {
  const auto given = read_given_arrays({text}, kPorts);
  REQUIRE(given.size() == 1);
  return given[0];
}

void check(const std::string& text, const std::optional<std::string>& name, uint8_t value) {
  CAPTURE(text);
  const auto given = read_one(text);
  CHECK(given.name == name);
  CHECK(given.array.bytes == std::vector<uint8_t>{value});
}

}  // namespace

TEST_CASE("given arrays: the name is that of an input of the network, wherever the '=' stand") {
  const Bench bench;
  const auto plain = bench.file("plain.npy", 1), equals = bench.file("lr=0.1/x.npy", 2);
  check(plain, std::nullopt, 1);
  check("x=" + plain, "x", 1);
  check("lr=0=" + plain, "lr=0", 1);  // "0=..." is no file
  check(equals, std::nullopt, 2);
  check("x=" + equals, "x", 2);
  check("lr=" + equals, "lr", 2);
}

TEST_CASE("given arrays: a text that no way of reading makes a file is told by its most probable one") {
  const Bench bench;
  const auto plain = bench.file("plain.npy", 1), missing = bench.path("missing.npy");
  CHECK(user_error([&] { read_one(missing); }).rfind(missing + ": ", 0) == 0);
  CHECK(user_error([&] { read_one("x=" + missing); }).rfind(missing + ": ", 0) == 0);
  CHECK(user_error([&] { bind_given(kPorts, read_given_arrays({"z=" + plain}, kPorts)); }) ==
        "--input z=" + plain + ": the network has no such input; did you mean 'x'?");
}

TEST_CASE("given arrays: two ways of reading are refused") {
  const Bench bench;
  const auto short_name = bench.file("0=a.npy", 1), long_name = bench.file("a.npy", 2);
  const auto old = std::filesystem::current_path();
  std::filesystem::current_path(std::filesystem::path(long_name).parent_path());
  CHECK(user_error([&] { read_one("lr=0=a.npy"); }) ==
        "--input lr=0=a.npy: may be input 'lr' from file '0=a.npy' or input 'lr=0' from file 'a.npy'; "
        "begin the file's path with ./ or /");
  check("lr=./0=a.npy", "lr", 1);
  check("lr=0=./a.npy", "lr=0", 2);
  std::filesystem::current_path(old);
}

TEST_CASE("given arrays: a file of samples is never split") {
  const Bench bench;
  const auto equals = bench.file("lr=0.1.npy", 5);
  const auto given = read_array_file(equals);
  REQUIRE(given.size() == 1);
  CHECK_FALSE(given[0].name);
  CHECK(given[0].array.bytes == std::vector<uint8_t>{5});
}

}  // namespace mmasim::sim
