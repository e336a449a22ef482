// Bytes of the network file and of the external data files beside it. Knows nothing of ONNX.
#pragma once

#include <cstdint>
#include <string>

namespace mmasim::runtime::importing {

// The whole file. Throws UserError: missing, not a regular file, empty, larger than protobuf's 2 GB.
std::string read_network_file(const std::string& path);

// A part of an external data file. `location` comes from the network file and is not trusted: it must name a
// regular file inside the network's folder. Throws std::invalid_argument with a sentence.
class ExternalData {
 public:
  explicit ExternalData(const std::string& network_path) : network_path_(network_path) {}

  // length_bytes must be what the tensor needs; the file's size is checked before memory is taken.
  std::string read(const std::string& location, uint64_t offset_bytes, uint64_t length_bytes) const;

 private:
  std::string network_path_;
};

}  // namespace mmasim::runtime::importing
