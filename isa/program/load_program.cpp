// Reads a program file and trusts nothing in it: every size is held against the bytes that are really there
// before memory is taken for it. What the program does is checked by verify_program(), which runs last.
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "isa/encoding/field_limits.h"
#include "isa/kit/checksum.h"
#include "isa/program/program_file.h"
#include "isa/program/program_layout.h"
#include "isa/program/program_tables.h"

namespace mmasim::isa {
namespace {

// Reads forward through a file in memory, within one section at a time.
class Reader {
 public:
  explicit Reader(const std::vector<uint8_t>& file) : file_(file), end_(file.size()) {}

  void move_to(size_t offset) { at_ = offset; }
  [[noreturn]] void fail(const std::string& what) const {
    throw ProgramFileError(section_.empty() ? fmt::format("byte {}: {}", at_, what)
                                            : fmt::format("section {}, byte {}: {}", section_, at_, what));
  }

  uint64_t integer(uint32_t bytes) {
    need(bytes, "a number");
    uint64_t value = 0;
    for (uint32_t i = 0; i < bytes; ++i) value |= static_cast<uint64_t>(file_[at_ + i]) << (8 * i);
    at_ += bytes;
    return value;
  }
  template <class Bytes>
  void rest_of_section(Bytes& bytes) {
    bytes = Bytes(file_.begin() + static_cast<std::ptrdiff_t>(at_),
                  file_.begin() + static_cast<std::ptrdiff_t>(end_));
    at_ = end_;
  }
  template <class Struct>
  void table(Struct& values) {
    for_each_table_field<Struct>([&](const auto& f) { read(values.*f.member, f.name, f.bytes); });
  }
  template <class Struct>
  void list(std::vector<Struct>& entries, const char* what) {
    const uint32_t number = count(what, kMaxListEntries);
    for (uint32_t i = 0; i < number; ++i)
      table(entries.emplace_back());  // grows no faster than bytes are read
  }

  template <class Content>
  void section(const char* tag, Content&& content) {
    section_.clear();
    end_ = file_.size();
    need(12, "a section's head");
    const std::string seen(file_.begin() + static_cast<std::ptrdiff_t>(at_),
                           file_.begin() + static_cast<std::ptrdiff_t>(at_ + 4));
    if (seen != tag) fail(fmt::format("expected section {}, found '{}'", tag, printable(seen)));
    at_ += 4;
    const uint64_t payload_bytes = integer(8);
    section_ = tag;
    need(payload_bytes, "the section");
    end_ = at_ + payload_bytes;
    content();
    if (at_ != end_) fail(fmt::format("{} bytes too many in the section", end_ - at_));
  }
  void expect_end_of_file() {
    section_.clear();
    if (at_ != file_.size()) fail(fmt::format("{} bytes behind the last section", file_.size() - at_));
  }

 private:
  void need(uint64_t bytes, const char* what) const {
    if (bytes > end_ - at_)
      fail(fmt::format("{} of {} bytes does not fit the {} that are left", what, bytes, end_ - at_));
  }
  static std::string printable(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
    return text;
  }
  uint32_t count(const char* what, uint32_t limit) {
    const auto number = static_cast<uint32_t>(integer(4));
    if (number > limit) fail(fmt::format("{}: a count of {}; expected at most {}", what, number, limit));
    return number;
  }

  void read(std::string& text, const char* name, uint32_t) {
    const uint32_t bytes = count(name, kMaxStringBytes);
    need(bytes, name);
    text.assign(file_.begin() + static_cast<std::ptrdiff_t>(at_),
                file_.begin() + static_cast<std::ptrdiff_t>(at_ + bytes));
    at_ += bytes;
  }
  template <class Entry>
  void read(std::vector<Entry>& entries, const char* name, uint32_t entry_bytes) {
    const uint32_t number = count(name, kMaxListEntries);
    for (uint32_t i = 0; i < number; ++i) read(entries.emplace_back(), name, entry_bytes);
  }
  void read(double& number, const char*, uint32_t) {
    const uint64_t bits = integer(8);
    std::memcpy(&number, &bits, sizeof number);
  }
  void read(bool& flag, const char* name, uint32_t bytes) {
    const uint64_t value = integer(bytes);
    if (value > 1) fail(fmt::format("{} is {}; expected 0..1", name, value));
    flag = value == 1;
  }
  void read(Address& address, const char* name, uint32_t bytes) {
    address.raw = integer(bytes);
    if (!fits(address, bytes))
      fail(fmt::format("{} is {:#x}; expected {}", name, address.raw, allowed_values<Address>(bytes)));
  }
  template <class Number>
  void read(Number& number, const char* name, uint32_t bytes) {
    const uint64_t value = integer(bytes);
    number = static_cast<Number>(value);
    if constexpr (std::is_enum_v<Number>) {
      if (!fits(number, bytes))
        fail(fmt::format("{} is {}; expected {}", name, value, allowed_values<Number>(bytes)));
    }
  }

  const std::vector<uint8_t>& file_;
  size_t at_ = 0;
  size_t end_;           // of the section, or of the file between sections
  std::string section_;  // tag, empty between sections
};

// Of what says no size. It grows no faster than bytes come.
std::vector<uint8_t> read_pipe(const std::string& path) {
  constexpr size_t kMostBytes = size_t{1} << 30, kPieceBytes = size_t{1} << 16;
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw ProgramFileError(fmt::format("cannot be opened: {}", std::strerror(errno)));
  std::vector<uint8_t> all;
  for (char piece[kPieceBytes]; stream.read(piece, kPieceBytes) || stream.gcount() > 0;) {
    all.insert(all.end(), piece, piece + stream.gcount());
    if (all.size() > kMostBytes)
      throw ProgramFileError(fmt::format("more than {} bytes; put them into a file", kMostBytes));
  }
  if (stream.bad()) throw ProgramFileError("cannot be read to its end");
  return all;
}

std::vector<uint8_t> read_file(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) throw ProgramFileError("no such file");
  if (std::filesystem::is_fifo(path, error)) return read_pipe(path);
  if (!std::filesystem::is_regular_file(path, error))
    throw ProgramFileError("neither a regular file nor a pipe");
  const uintmax_t bytes = std::filesystem::file_size(path, error);
  if (error) throw ProgramFileError(error.message());
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw ProgramFileError(fmt::format("cannot be opened: {}", std::strerror(errno)));
  std::vector<uint8_t> file(bytes);
  stream.read(reinterpret_cast<char*>(file.data()), static_cast<std::streamsize>(bytes));
  if (static_cast<uintmax_t>(stream.gcount()) != bytes) throw ProgramFileError("cannot be read to its end");
  return file;
}

void check_header(const std::vector<uint8_t>& file, Reader& reader) {
  if (file.size() < sizeof kMagic || std::memcmp(file.data(), kMagic, sizeof kMagic) != 0) {
    throw ProgramFileError("not a program file: it does not begin with MMAPROG");
  }
  if (file.size() < kHeaderBytes) {
    throw ProgramFileError(
        fmt::format("cut off: the header has {} bytes, the file {}", kHeaderBytes, file.size()));
  }
  reader.move_to(sizeof kMagic);
  const uint64_t version = reader.integer(4);
  if (version != kProgramFileVersion) {
    throw ProgramFileError(
        fmt::format("byte 8: version {}; this program reads version {}", version, kProgramFileVersion));
  }
  const uint64_t checksum = reader.integer(4);
  const uint64_t size = reader.integer(8);
  if (size != file.size()) {
    throw ProgramFileError(
        fmt::format("byte 16: the file says it has {} bytes, but has {}", size, file.size()));
  }
  const uint32_t seen = crc32(file.data() + kCheckedFrom, file.size() - kCheckedFrom);
  if (seen != checksum) {
    throw ProgramFileError(
        fmt::format("byte {}: checksum {:#010x}, but the content has {:#010x}: the file is corrupted",
                    kChecksumAt, checksum, seen));
  }
}

Program parse(const std::vector<uint8_t>& file) {
  Reader reader(file);
  check_header(file, reader);
  Program program;
  reader.section(kMachineTag, [&] { reader.table(program.machine); });
  reader.section(kProgramTag, [&] {
    reader.table(program);
    program.instruction_count = reader.integer(8);
  });
  reader.section(kLayersTag, [&] { reader.list(program.layers, "layers"); });
  reader.section(kTensorsTag, [&] {
    reader.list(program.inputs, "inputs");
    reader.list(program.outputs, "outputs");
    reader.list(program.intermediates, "intermediates");
  });
  reader.section(kCodeTag, [&] { reader.rest_of_section(program.code); });
  reader.section(kConstantsTag, [&] { reader.rest_of_section(program.constants); });
  reader.expect_end_of_file();
  return program;
}

}  // namespace

Program load_program(const std::string& path) try {
  Program program = parse(read_file(path));
  verify_program(program);
  return program;
} catch (const ProgramFileError& error) {
  throw ProgramFileError(fmt::format("{}: {}", path, error.what()));
}

}  // namespace mmasim::isa
