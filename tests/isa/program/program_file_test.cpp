// Program files: what is written comes back, and whatever else a file may hold is refused in one line.
#include "isa/program/program_file.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "isa/kit/checksum.h"
#include "isa/program/equality.h"
#include "isa/program/program_layout.h"
#include "tests/isa/sample_program.h"
#include "tests/kit/property.h"

namespace mmasim::isa {
namespace {

using Bytes = std::vector<uint8_t>;

// A folder of its own that goes away again.
struct Folder {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("mmasim_program_file_test_" + std::to_string(getpid()));
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string file(const char* name) const { return (path / name).string(); }
};

Bytes read_bytes(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(stream), {});
}
void write_bytes(const std::string& path, const Bytes& bytes) {
  std::ofstream stream(path, std::ios::binary | std::ios::trunc);
  stream.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

std::string load_error(const std::string& path) {
  try {
    load_program(path);
  } catch (const ProgramFileError& error) {
    return error.what();
  }
  return "";
}

void put(Bytes& file, size_t at, uint64_t value, uint32_t bytes) {
  for (uint32_t i = 0; i < bytes; ++i) file[at + i] = static_cast<uint8_t>(value >> (8 * i));
}
// Makes size and checksum true again, so that the loader reads on.
void seal(Bytes& file) {
  put(file, kCheckedFrom, file.size(), 8);
  put(file, kChecksumAt, crc32(file.data() + kCheckedFrom, file.size() - kCheckedFrom), 4);
}
// Where the payload of a section begins.
size_t payload_of(const Bytes& file, const std::string& tag) {
  return static_cast<size_t>(std::search(file.begin(), file.end(), tag.begin(), tag.end()) - file.begin()) +
         12;
}

}  // namespace

TEST_CASE("program file: everything comes back") {
  const Folder folder;
  const Program program = sample_program();
  save_program(program, folder.file("a.mma"));
  const Program loaded = load_program(folder.file("a.mma"));
  CHECK(loaded == program);
  save_program(loaded, folder.file("b.mma"));
  CHECK(read_bytes(folder.file("a.mma")) == read_bytes(folder.file("b.mma")));
}

TEST_CASE("program file: its head and the constants are the file") {
  const Folder folder;
  const Program program = sample_program();
  save_program(program, folder.file("a.mma"));
  Bytes file = program_file_head(program);
  file.insert(file.end(), program.constants.begin(), program.constants.end());
  CHECK(file == read_bytes(folder.file("a.mma")));
}

TEST_CASE("program file: equality sees every kind of difference") {
  const Program program = sample_program();
  std::vector<Program> changed(9, program);
  changed[0].machine.tokens = 65;
  changed[1].network += "x";
  changed[2].code.back() = 0;
  changed[3].instruction_count += 1;
  changed[4].constants[32] = 0;
  changed[5].outputs[0].strides_bytes[0] = 4;
  changed[6].layers[0].operators.pop_back();
  changed[7].intermediates.clear();
  changed[8].accumulator_proven = true;
  for (const Program& other : changed) CHECK(other != program);
  CHECK(program == sample_program());
}

TEST_CASE("program file: saving replaces the old file and leaves nothing beside it") {
  const Folder folder;
  save_program(sample_program(), folder.file("a.mma"));
  const Program small = program_of({});
  save_program(small, folder.file("a.mma"));
  CHECK(load_program(folder.file("a.mma")) == small);
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path), {}) == 1);
}

TEST_CASE("program file: a path that cannot be written is the user's mistake") {
  const Folder folder;
  const std::string missing = folder.file("missing") + "/a.mma";
  CHECK_THROWS_WITH_AS(save_program(program_of({}), missing),
                       (missing + ": cannot write the program: No such file or directory").c_str(),
                       ProgramFileError);
  CHECK_THROWS_WITH_AS(
      save_program(program_of({}), folder.path.string()),
      (folder.path.string() + ": cannot write the program: it exists and is no regular file").c_str(),
      ProgramFileError);
}

TEST_CASE("program file: the header begins with magic, version, checksum and size") {
  const Folder folder;
  const std::string path = folder.file("a.mma");
  save_program(program_of({}), path);
  const Bytes file = read_bytes(path);
  const std::string magic("MMAPROG\0\3\0\0\0", 12);
  CHECK(std::string(file.begin(), file.begin() + 12) == magic);
  const uint32_t checksum = crc32(file.data() + 16, file.size() - 16);
  CHECK((file[12] | file[13] << 8 | file[14] << 16 | static_cast<uint32_t>(file[15]) << 24) == checksum);
  CHECK((file[16] | file[17] << 8) == static_cast<int>(file.size()));
  CHECK(std::string(file.begin() + 24, file.begin() + 28) == "MACH");
}

TEST_CASE("program file: a change of any byte is found") {
  const Folder folder;
  const std::string path = folder.file("a.mma");
  save_program(program_of({CtlLayer{}}), path);
  const Bytes good = read_bytes(path);
  REQUIRE(load_error(path) == "");
  int accepted = 0;
  for (size_t at = 0; at < good.size(); ++at) {
    for (const uint8_t flip : {0x01, 0x80, 0xff}) {
      Bytes bad = good;
      bad[at] ^= flip;
      write_bytes(path, bad);
      const std::string error = load_error(path);
      if (error.find(path + ": ") != 0 || error.find('\n') != std::string::npos) ++accepted;
    }
  }
  CHECK(accepted == 0);
}

TEST_CASE("program file: cut off at any length it is refused") {
  const Folder folder;
  const std::string path = folder.file("a.mma");
  save_program(program_of({CtlLayer{}}), path);
  Bytes file = read_bytes(path);
  while (!file.empty()) {
    file.pop_back();
    write_bytes(path, file);
    CHECK(load_error(path) != "");
    if (file.size() < kHeaderBytes) continue;
    seal(file);  // a true checksum does not help
    write_bytes(path, file);
    CHECK(load_error(path) != "");
  }
}

TEST_CASE("program file: the message names the file and what is wrong") {
  const Folder folder;
  const std::string path = folder.file("a.mma");
  CHECK(load_error(path) == path + ": no such file");
  CHECK(load_error(folder.path.string()) == folder.path.string() + ": neither a regular file nor a pipe");

  write_bytes(path, {'P', 'K', 3, 4, 0, 0, 0, 0, 0});
  CHECK(load_error(path) == path + ": not a program file: it does not begin with MMAPROG");

  save_program(program_of({}), path);
  const Bytes good = read_bytes(path);
  Bytes bad = good;
  for (const uint32_t old : {1, 2}) {
    put(bad, 8, old, 4);
    write_bytes(path, bad);
    CHECK(load_error(path) ==
          path + ": byte 8: version " + std::to_string(old) + "; this program reads version 3");
  }

  bad = good;
  bad.push_back(0);
  write_bytes(path, bad);
  CHECK(load_error(path) == path + ": byte 16: the file says it has " + std::to_string(good.size()) +
                                " bytes, but has " + std::to_string(bad.size()));
  seal(bad);
  write_bytes(path, bad);
  CHECK(load_error(path) ==
        path + ": byte " + std::to_string(good.size()) + ": 1 bytes behind the last section");

  bad = good;
  bad[30] ^= 1;
  write_bytes(path, bad);
  CHECK(load_error(path).find(path + ": byte 12: checksum 0x") == 0);
}

TEST_CASE("program file: counts and sizes beyond the file are refused before memory is taken") {
  const Folder folder;
  const std::string path = folder.file("a.mma");
  save_program(program_of({}), path);
  const Bytes good = read_bytes(path);
  const auto error_with = [&](const std::string& tag, size_t at_payload, uint64_t value, uint32_t bytes) {
    Bytes bad = good;
    put(bad, payload_of(good, tag) + at_payload, value, bytes);
    seal(bad);
    write_bytes(path, bad);
    return load_error(path);
  };
  // 36 is the head of the first payload: header 24, tag 4, size 8.
  CHECK(error_with("MACH", 0, 0xffffffff, 4) ==
        path + ": section MACH, byte 40: name: a count of 4294967295; expected at most 65536");
  CHECK(error_with("MACH", 0, 60000, 4)
            .find(path + ": section MACH, byte 40: name of 60000 bytes does not fit the ") == 0);
  CHECK(error_with("LAYR", 0, 0x100001, 4).find("layers: a count of 1048577; expected at most 1048576") !=
        std::string::npos);
  CHECK(error_with("LAYR", 0, 0x100000, 4).find("does not fit the") != std::string::npos);
  CHECK(error_with("MACH", static_cast<size_t>(-8), 0x7fffffffffffffff, 8)
            .find("the section of 9223372036854775807 bytes") != std::string::npos);
  CHECK(error_with("CODE", static_cast<size_t>(-12), 'X', 1).find("expected section CODE, found 'XODE'") !=
        std::string::npos);
  CHECK(error_with("CODE", 0, 2, 1) ==
        path + ": instruction 0: sync.wait at byte 0 is cut off: 7 bytes, of which 1 are there");
}

TEST_CASE("program file: a file with a true checksum and random faults never does more than throw") {
  const Folder folder;
  const std::string path = folder.file("a.mma");
  save_program(sample_program(), path);
  const Bytes good = read_bytes(path);
  CHECK(tests::holds([&] {
    Bytes bad = good;
    const auto faults = tests::draw_in_range(1, 6);
    for (int i = 0; i < faults; ++i) {
      const auto at = tests::draw_in_range<size_t>(kCheckedFrom, bad.size());
      const auto kind = tests::draw_in_range(0, 4);
      if (kind == 0)
        bad.erase(bad.begin() + static_cast<std::ptrdiff_t>(at));
      else if (kind == 1)
        bad.insert(bad.begin() + static_cast<std::ptrdiff_t>(at), 0xff);
      else
        bad[at] = tests::draw_element<uint8_t>(0, 1, 0x7f, 0x80, 0xff);
    }
    seal(bad);
    write_bytes(path, bad);
    const std::string error = load_error(path);  // any other exception fails the property
    PROPERTY_ASSERT(error.empty() || error.find(path + ": ") == 0);
  }));
}

TEST_CASE("program file: random bytes behind the magic never do more than throw") {
  const Folder folder;
  const std::string path = folder.file("a.mma");
  CHECK(tests::holds([&] {
    Bytes file(kMagic, kMagic + 8);
    file.push_back(1);
    file.resize(kHeaderBytes);
    const auto noise = tests::draw_any<Bytes>();
    file.insert(file.end(), noise.begin(), noise.end());
    seal(file);
    write_bytes(path, file);
    PROPERTY_ASSERT(!load_error(path).empty());
  }));
}

TEST_CASE("program file: the difference of two machines names the first field") {
  const Machine machine;
  CHECK(machine_difference(machine, machine) == "");
  Machine other = machine;
  other.name = "another name";  // names are not part of the promise
  CHECK(machine_difference(machine, other) == "");
  other.l2_bytes = 229376;
  other.ddr_bytes = 1;
  CHECK(machine_difference(machine, other) == "l2_bytes is 229376, the program needs 458752");
  CHECK(machine_difference(other, machine) == "l2_bytes is 458752, the program needs 229376");
}

}  // namespace mmasim::isa
