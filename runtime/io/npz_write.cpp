// Writes .npz archives: members stored, in the order of their names, with a fixed date, so that equal arrays
// give equal bytes.
#include <zlib.h>

#include <limits>
#include <ostream>

#include "runtime/io/npz.h"
#include "runtime/user_error.h"

namespace mmasim::runtime {

namespace {

class Bytes {
 public:
  Bytes& put(uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) text_ += static_cast<char>(value >> (8 * i) & 0xff);
    return *this;
  }
  Bytes& put(const std::string& text) {
    text_ += text;
    return *this;
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

constexpr uint64_t kVersion = 20, kDate = 0x21;  // 1980-01-01

struct Written {
  std::string name;
  uint64_t crc = 0, bytes = 0, offset = 0;
};

// What a local header and a directory entry have in common.
void put_sizes(Bytes& out, const Written& member) {
  out.put(0, 2).put(0, 2).put(0, 2).put(kDate, 2);  // flags, stored, time, date
  out.put(member.crc, 4).put(member.bytes, 4).put(member.bytes, 4).put(member.name.size(), 2).put(0, 2);
}

std::string local_header(const Written& member) {
  Bytes out;
  out.put(0x04034b50, 4).put(kVersion, 2);
  put_sizes(out, member);
  return out.put(member.name).text();
}

std::string directory_entry(const Written& member) {
  Bytes out;
  out.put(0x02014b50, 4).put(kVersion, 2).put(kVersion, 2);
  put_sizes(out, member);
  out.put(0, 2).put(0, 2).put(0, 2).put(0, 4).put(member.offset, 4);
  return out.put(member.name).text();
}

}  // namespace

void write_npz(std::ostream& out, const std::map<std::string, NpyArray>& members, const std::string& source) {
  uint64_t offset = 0;
  std::string directory;
  for (const auto& [name, array] : members) {
    const auto bytes = npy_file_bytes(array.dtype, array.shape, array.bytes);
    Written member{name + ".npy", 0, bytes.size(), offset};
    member.crc = crc32_z(0, bytes.data(), bytes.size());
    const std::string header = local_header(member);
    offset += header.size() + bytes.size();
    if (offset > std::numeric_limits<uint32_t>::max())
      throw UserError(source + ": would pass 4 GiB, which .npz cannot");
    out << header;
    out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    directory += directory_entry(member);
  }
  Bytes end;
  end.put(0x06054b50, 4).put(0, 4).put(members.size(), 2).put(members.size(), 2);
  end.put(directory.size(), 4).put(offset, 4).put(0, 2);
  out << directory << end.text();
}

}  // namespace mmasim::runtime
