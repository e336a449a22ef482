// Writes a Program as a file; program_layout.h has the layout. Does not verify the program.
#include <fmt/format.h>
#include <unistd.h>

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

class Writer {
 public:
  void integer(uint64_t value, uint32_t bytes) {
    for (uint32_t i = 0; i < bytes; ++i) file_.push_back(static_cast<uint8_t>(value >> (8 * i)));
  }
  void bytes(const std::vector<uint8_t>& all) { file_.insert(file_.end(), all.begin(), all.end()); }

  template <class Struct>
  void table(const Struct& values) {
    for_each_table_field<Struct>([&](const auto& f) { value(values.*f.member, f.bytes); });
  }
  template <class Struct>
  void list(const std::vector<Struct>& entries) {
    count(entries.size(), kMaxListEntries);
    for (const Struct& entry : entries) table(entry);
  }

  // The head of a section whose content is written behind all that is gathered here.
  void section_head(const char* tag, uint64_t content_bytes) {
    file_.insert(file_.end(), tag, tag + 4);
    integer(content_bytes, 8);
  }
  template <class Content>
  void section(const char* tag, Content&& content) {
    file_.insert(file_.end(), tag, tag + 4);
    const size_t size_at = file_.size();
    integer(0, 8);
    content();
    patch(size_at, file_.size() - size_at - 8, 8);
  }
  void patch(size_t at, uint64_t value, uint32_t bytes) {
    for (uint32_t i = 0; i < bytes; ++i) file_[at + i] = static_cast<uint8_t>(value >> (8 * i));
  }
  const std::vector<uint8_t>& file() const { return file_; }
  std::vector<uint8_t> take() { return std::move(file_); }

 private:
  void count(size_t entries, uint32_t limit) {
    if (entries > limit)
      throw std::logic_error(fmt::format("a program file holds no list of {}, at most {}", entries, limit));
    integer(entries, 4);
  }
  void value(const std::string& text, uint32_t) {
    count(text.size(), kMaxStringBytes);
    file_.insert(file_.end(), text.begin(), text.end());
  }
  template <class Entry>
  void value(const std::vector<Entry>& entries, uint32_t entry_bytes) {
    count(entries.size(), kMaxListEntries);
    for (const Entry& entry : entries) value(entry, entry_bytes);
  }
  void value(double number, uint32_t) {
    uint64_t bits = 0;
    std::memcpy(&bits, &number, sizeof bits);
    integer(bits, 8);
  }
  void value(Address address, uint32_t bytes) { integer(address.raw, bytes); }
  template <class Number, class = std::enable_if_t<std::is_integral_v<Number> || std::is_enum_v<Number>>>
  void value(Number number, uint32_t bytes) {
    integer(static_cast<uint64_t>(number), bytes);
  }

  std::vector<uint8_t> file_;
};

[[noreturn]] void fail(const std::string& path, const std::string& what) {
  throw ProgramFileError(fmt::format("{}: cannot write the program: {}", path, what));
}

}  // namespace

std::vector<uint8_t> program_file_head(const Program& program) {
  Writer writer;
  writer.bytes(std::vector<uint8_t>(kMagic, kMagic + sizeof kMagic));
  writer.integer(kProgramFileVersion, 4);
  writer.integer(0, 4);  // checksum, and
  writer.integer(0, 8);  // size, below

  writer.section(kMachineTag, [&] { writer.table(program.machine); });
  writer.section(kProgramTag, [&] {
    writer.table(program);
    writer.integer(program.instruction_count, 8);
  });
  writer.section(kLayersTag, [&] { writer.list(program.layers); });
  writer.section(kTensorsTag, [&] {
    writer.list(program.inputs);
    writer.list(program.outputs);
    writer.list(program.intermediates);
  });
  writer.section(kCodeTag, [&] { writer.bytes(program.code); });
  writer.section_head(kConstantsTag, program.constants.size());

  const auto& file = writer.file();
  writer.patch(kCheckedFrom, file.size() + program.constants.size(), 8);
  const uint32_t checksum = crc32(file.data() + kCheckedFrom, file.size() - kCheckedFrom);
  writer.patch(kChecksumAt, crc32(program.constants.data(), program.constants.size(), checksum), 4);
  return writer.take();
}

void save_program(const Program& program, const std::string& path) {
  const std::vector<uint8_t> head = program_file_head(program);
  std::error_code error;
  if (std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error)) {
    fail(path, "it exists and is no regular file");
  }
  const std::string beside = fmt::format("{}.{}.partial", path, getpid());
  errno = 0;
  std::ofstream stream(beside, std::ios::binary | std::ios::trunc);
  if (!stream) fail(path, std::strerror(errno));
  const auto write = [&stream](const auto& bytes) {
    stream.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  };
  write(head);
  write(program.constants);
  stream.close();
  if (!stream) {
    const std::string reason = std::strerror(errno);
    std::filesystem::remove(beside, error);
    fail(path, reason);
  }
  std::filesystem::rename(beside, path, error);
  if (error) {
    const std::string reason = error.message();
    std::filesystem::remove(beside, error);
    fail(path, reason);
  }
}

}  // namespace mmasim::isa
