// Bytes of the network file and of the external data files beside it, read where and when they are wanted.
// Knows nothing of ONNX.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace mmasim::runtime::importing {

// An open regular file. Reads by position: a file that somebody cuts short meanwhile is an error, never a
// crash, as it could be with mapped memory.
class RegularFile {
 public:
  // Throws std::invalid_argument with a sentence.
  explicit RegularFile(const std::string& path);
  ~RegularFile();
  RegularFile(const RegularFile&) = delete;
  RegularFile& operator=(const RegularFile&) = delete;

  uint64_t size_bytes() const { return size_bytes_; }
  // Throws std::invalid_argument where the file has not so many bytes.
  void read(uint64_t offset_bytes, uint64_t count, char* to) const;

 private:
  int descriptor_;
  uint64_t size_bytes_ = 0;
};
using FilePtr = std::shared_ptr<const RegularFile>;

// Throws UserError: missing, not a regular file, empty, larger than protobuf's 2 GB.
FilePtr open_network_file(const std::string& path);

// A tensor's bytes, in memory that somebody else owns or in a file.
class TensorBytes {
 public:
  explicit TensorBytes(std::string_view in_memory) : in_memory_(in_memory), size_(in_memory.size()) {}
  TensorBytes(FilePtr file, uint64_t offset_bytes, uint64_t size)
      : file_(std::move(file)), offset_bytes_(offset_bytes), size_(size) {}

  uint64_t size() const { return size_; }
  void read(uint64_t from, uint64_t count, char* to) const;  // inside size()

 private:
  FilePtr file_;  // or none
  uint64_t offset_bytes_ = 0;
  std::string_view in_memory_;
  uint64_t size_;
};

// A part of an external data file. `location` comes from the network file and is not trusted: it must name a
// regular file inside the network's folder. Throws std::invalid_argument with a sentence.
class ExternalData {
 public:
  explicit ExternalData(const std::string& network_path) : network_path_(network_path) {}

  // length_bytes must be what the tensor needs; the file is known to have them before anybody takes memory.
  TensorBytes find(const std::string& location, uint64_t offset_bytes, uint64_t length_bytes) const;

 private:
  std::string network_path_;
};

}  // namespace mmasim::runtime::importing
