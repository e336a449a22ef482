// A zip reader of what numpy.savez and numpy.savez_compressed write: the central directory says where each
// member is and how large; the local headers (whose sizes NumPy leaves to zip64 fields) are only stepped
// over.
#include "runtime/io/npz.h"

#include <zlib.h>

#include <algorithm>

#include "runtime/io/file_bytes.h"
#include "runtime/user_error.h"

namespace mmasim::runtime {
namespace {

constexpr uint64_t kMaxUnpackedBytes = uint64_t{1} << 32;  // of all members together
constexpr uint64_t kHeaderProbeBytes = 65536 + 16;         // holds any .npy header

struct Member {
  std::string name;
  uint32_t method = 0, crc = 0;
  uint64_t packed_bytes = 0, unpacked_bytes = 0, header_offset = 0;
};

class Archive {
 public:
  Archive(const uint8_t* data, uint64_t size_bytes, std::string source)
      : data_(data), size_bytes_(size_bytes), source_(std::move(source)) {}

  std::vector<Member> members() const {
    constexpr uint64_t kEntryBytes = 46;
    const uint64_t end = end_of_directory();
    const uint64_t count = word(end + 10, 2);
    uint64_t at = word(end + 16, 4);
    std::vector<Member> found;
    for (uint64_t i = 0; i < count; ++i) {
      need(at, kEntryBytes, "an entry of the directory");
      if (word(at, 4) != 0x02014b50) fail(at, "no entry of the zip directory here");
      if (word(at + 8, 2) & 1) fail(at + 8, "the member is encrypted");
      Member member;
      member.method = static_cast<uint32_t>(word(at + 10, 2));
      member.crc = static_cast<uint32_t>(word(at + 16, 4));
      member.packed_bytes = word(at + 20, 4);
      member.unpacked_bytes = word(at + 24, 4);
      member.header_offset = word(at + 42, 4);
      const uint64_t name_bytes = word(at + 28, 2);
      need(at + kEntryBytes, name_bytes, "a member's name");
      member.name.assign(reinterpret_cast<const char*>(data_ + at + kEntryBytes), name_bytes);
      if (member.packed_bytes == 0xffffffff || member.unpacked_bytes == 0xffffffff)
        fail(at + 20, "zip64 sizes");
      if (member.method != 0 && member.method != 8) {
        fail(at + 10,
             "compression method " + std::to_string(member.method) + "; expected 0 (stored) or 8 (deflate)");
      }
      found.push_back(member);
      at += kEntryBytes + name_bytes + word(at + 30, 2) + word(at + 32, 2);
    }
    return found;
  }

  // The first max_bytes of a member, or all of it.
  std::vector<uint8_t> unpack(const Member& member, uint64_t max_bytes) const {
    constexpr uint64_t kLocalHeaderBytes = 30;
    const uint64_t at = member.header_offset;
    need(at, kLocalHeaderBytes, "a member's header");
    if (word(at, 4) != 0x04034b50) fail(at, "no zip member here");
    const uint64_t begin = at + kLocalHeaderBytes + word(at + 26, 2) + word(at + 28, 2);
    need(begin, member.packed_bytes, "a member's bytes");
    const uint64_t wanted = std::min(max_bytes, member.unpacked_bytes);
    if (member.method == 0) {
      if (member.packed_bytes != member.unpacked_bytes) fail(at, "a stored member with two different sizes");
      return {data_ + begin, data_ + begin + wanted};
    }
    return inflate_bytes(begin, member, wanted);
  }

  std::string place(const Member& member) const {
    return source_ + ": member '" + printable(member.name) + "'";
  }

 private:
  [[noreturn]] void fail(uint64_t at, const std::string& what) const {
    throw UserError(source_ + ": byte " + std::to_string(at) + ": " + what);
  }

  static std::string printable(std::string name) {
    for (char& c : name) {
      if (c < ' ' || c > '~') c = '?';
    }
    return name;
  }

  void need(uint64_t at, uint64_t bytes, const char* of_what) const {
    if (at > size_bytes_ || bytes > size_bytes_ - at)
      fail(at, std::string("the file ends inside ") + of_what);
  }

  uint64_t word(uint64_t at, int bytes) const {
    need(at, bytes, "the zip directory");
    uint64_t value = 0;
    for (int i = bytes - 1; i >= 0; --i) value = value << 8 | data_[at + i];
    return value;
  }

  // The last record of the file; after it only a comment of up to 65,535 bytes.
  uint64_t end_of_directory() const {
    constexpr uint64_t kEndBytes = 22;
    if (size_bytes_ < kEndBytes || word(0, 2) != 0x4b50)
      throw UserError(source_ + ": not an .npz (zip) file");
    const uint64_t last = size_bytes_ - kEndBytes, first = last > 65535 ? last - 65535 : 0;
    for (uint64_t at = last + 1; at-- > first;) {
      if (word(at, 4) == 0x06054b50 && at + kEndBytes + word(at + 20, 2) == size_bytes_) return at;
    }
    throw UserError(source_ + ": the zip directory is missing: the file is cut off or damaged");
  }

  std::vector<uint8_t> inflate_bytes(uint64_t begin, const Member& member, uint64_t wanted) const {
    std::vector<uint8_t> unpacked(wanted);
    z_stream stream{};
    stream.next_in = const_cast<uint8_t*>(data_ + begin);
    stream.avail_in = static_cast<uInt>(member.packed_bytes);
    stream.next_out = unpacked.data();
    stream.avail_out = static_cast<uInt>(wanted);
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
      throw UserError(place(member) + ": cannot start to inflate");
    const int status = inflate(&stream, Z_SYNC_FLUSH);
    const uint64_t produced = stream.total_out;
    inflateEnd(&stream);
    const bool whole = wanted == member.unpacked_bytes;
    if (produced != wanted || (status != Z_OK && status != Z_STREAM_END) ||
        (whole && status != Z_STREAM_END)) {
      throw UserError(place(member) + ": damaged: " + std::to_string(produced) + " of " +
                      std::to_string(wanted) + " bytes could be inflated");
    }
    return unpacked;
  }

  const uint8_t* data_;
  uint64_t size_bytes_;
  std::string source_;
};

std::string array_name(const Archive& archive, const Member& member) {
  const std::string suffix = ".npy";
  const size_t length = member.name.size();
  if (length <= suffix.size() || member.name.compare(length - suffix.size(), suffix.size(), suffix) != 0) {
    throw UserError(archive.place(member) + ": only .npy members are expected");
  }
  return member.name.substr(0, length - suffix.size());
}

void check_sizes(const Archive& archive, const std::vector<Member>& members, const std::string& source) {
  uint64_t total_bytes = 0;
  for (const Member& member : members) total_bytes += member.unpacked_bytes;
  if (total_bytes > kMaxUnpackedBytes) {
    throw UserError(source + ": " + std::to_string(total_bytes) + " bytes unpacked; at most " +
                    std::to_string(kMaxUnpackedBytes) + " are read");
  }
  for (const Member& member : members) {
    const std::vector<uint8_t> start = archive.unpack(member, kHeaderProbeBytes);
    const NpyHeader header = parse_npy_header(start.data(), start.size(), archive.place(member));
    if (header.header_bytes + header.payload_bytes != member.unpacked_bytes) {
      throw UserError(archive.place(member) + ": its header says " +
                      std::to_string(header.header_bytes + header.payload_bytes) + " bytes, the archive " +
                      std::to_string(member.unpacked_bytes));
    }
  }
}

}  // namespace

std::map<std::string, NpyArray> parse_npz(const uint8_t* data, uint64_t size_bytes,
                                          const std::string& source) {
  const Archive archive(data, size_bytes, source);
  const std::vector<Member> members = archive.members();
  check_sizes(archive, members, source);
  std::map<std::string, NpyArray> arrays;
  for (const Member& member : members) {
    const std::vector<uint8_t> bytes = archive.unpack(member, member.unpacked_bytes);
    if (crc32_z(0, bytes.data(), bytes.size()) != member.crc) {
      throw UserError(archive.place(member) + ": damaged: its CRC is not the archive's");
    }
    NpyArray array = parse_npy(bytes.data(), bytes.size(), archive.place(member));
    if (!arrays.emplace(array_name(archive, member), std::move(array)).second) {
      throw UserError(archive.place(member) + ": the archive holds this name twice");
    }
  }
  return arrays;
}

std::map<std::string, NpyArray> read_npz(const std::string& path) {
  const std::vector<uint8_t> bytes = read_file_bytes(path);
  return parse_npz(bytes.data(), bytes.size(), path);
}

}  // namespace mmasim::runtime
