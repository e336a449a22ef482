// The walk goes three messages deep: ModelProto.graph, GraphProto.initializer, TensorProto.raw_data. All else
// is copied as it stands. A message given in two pieces, which protobuf would merge, ends the walk.
#include "runtime/import/file/file_skeleton.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace mmasim::runtime::importing {
namespace {

enum class Level : uint8_t { model, graph, tensor };

constexpr uint64_t kGraphField = 7, kInitializerField = 5, kRawDataField = 9;
constexpr uint64_t kLongBytes = 4096;     // raw_data from here on stays in the file
constexpr uint64_t kWindowBytes = 65536;  // of the file, held at once

class SkeletonWalk {
 public:
  explicit SkeletonWalk(const RegularFile& file) : file_(file) {}

  // False where the walk ends early.
  bool run(FileSkeleton& skeleton) {
    if (!walk(file_.size_bytes(), Level::model, skeleton.bytes)) return false;
    skeleton.raw_data = std::move(parts_);
    return true;
  }

 private:
  enum WireType : uint8_t { varint_type = 0, eight_bytes = 1, delimited = 2, four_bytes = 5 };

  bool walk(uint64_t end, Level level, std::string& out) {
    while (at_ < end) {
      uint64_t tag = 0, ignored = 0;
      if (!varint(end, tag, out)) return false;
      bool good = false;
      switch (tag & 7) {
        case varint_type:
          good = varint(end, ignored, out);
          break;
        case eight_bytes:
          good = copy(end, 8, out);
          break;
        case four_bytes:
          good = copy(end, 4, out);
          break;
        case delimited:
          good = field(tag >> 3, end, level, out);
          break;
        default:
          break;
      }
      if (!good) return false;
    }
    return at_ == end;
  }

  bool field(uint64_t number, uint64_t end, Level level, std::string& out) {
    std::string encoded_length;
    uint64_t length = 0;
    if (!varint(end, length, encoded_length) || length > end - at_) return false;
    if (level == Level::model && number == kGraphField) {
      return !std::exchange(has_graph_, true) && message(length, Level::graph, out);
    }
    if (level == Level::graph && number == kInitializerField) {
      parts_.emplace_back();
      has_raw_data_ = false;
      return message(length, Level::tensor, out);
    }
    if (level == Level::tensor && number == kRawDataField) {
      if (std::exchange(has_raw_data_, true)) return false;
      if (length >= kLongBytes) return leave_in_file(length, out);
    }
    out += encoded_length;
    return copy(end, length, out);
  }

  bool message(uint64_t length, Level level, std::string& out) {
    std::string content;
    if (!walk(at_ + length, level, content)) return false;
    for (uint64_t size = content.size();; size >>= 7) {
      out.push_back(static_cast<char>((size & 0x7f) | (size > 0x7f ? 0x80 : 0)));
      if (size <= 0x7f) break;
    }
    out += content;
    return true;
  }

  bool leave_in_file(uint64_t length, std::string& out) {
    parts_.back() = {at_, length};
    at_ += length;
    out.push_back('\0');
    return true;
  }

  bool varint(uint64_t end, uint64_t& value, std::string& out) {
    value = 0;
    for (int shift = 0; shift < 70 && at_ < end; shift += 7) {
      const char* byte = window(1);
      const auto bits = static_cast<uint8_t>(*byte);
      out.push_back(*byte);
      ++at_;
      value |= shift < 64 ? uint64_t{bits & 0x7fu} << shift : 0;
      if (bits < 0x80) return true;
    }
    return false;
  }

  bool copy(uint64_t end, uint64_t count, std::string& out) {
    if (count > end - at_) return false;
    while (count > 0) {
      const uint64_t piece = std::min(count, kWindowBytes);
      out.append(window(piece), piece);
      at_ += piece;
      count -= piece;
    }
    return true;
  }

  // The next bytes of the file, so many at least; the file has them.
  const char* window(uint64_t count) {
    if (at_ < window_begin_ || at_ + count > window_begin_ + window_.size()) {
      window_begin_ = at_;
      window_.resize(std::min(kWindowBytes, file_.size_bytes() - at_));
      file_.read(at_, window_.size(), window_.data());
    }
    return window_.data() + (at_ - window_begin_);
  }

  const RegularFile& file_;
  uint64_t at_ = 0;
  std::vector<char> window_;
  uint64_t window_begin_ = 0;
  std::vector<FilePart> parts_;
  bool has_graph_ = false, has_raw_data_ = false;  // seen: of the file, of the initializer being walked
};

}  // namespace

FileSkeleton read_skeleton(const RegularFile& file) {
  FileSkeleton skeleton;
  if (SkeletonWalk(file).run(skeleton)) return skeleton;
  FileSkeleton whole;
  whole.bytes.resize(file.size_bytes());
  file.read(0, whole.bytes.size(), whole.bytes.data());
  return whole;
}

}  // namespace mmasim::runtime::importing
