// A network file without the bulk of its weights: what protobuf is given, so that it copies no weights. They
// stay in the file until they are decoded.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/import/file/network_file.h"

namespace mmasim::runtime::importing {

struct FilePart {
  uint64_t offset_bytes = 0, bytes = 0;
};

struct FileSkeleton {
  std::string bytes;               // the file, long raw_data of the graph's initializers empty
  std::vector<FilePart> raw_data;  // where it is, one per initializer; of 0 bytes: in the message itself
};

// Walks the file's fields as protobuf encodes them. What it does not understand, damaged files among it,
// comes back whole and without parts: protobuf shall say what is wrong. Throws std::invalid_argument if the
// file cannot be read.
FileSkeleton read_skeleton(const RegularFile& file);

}  // namespace mmasim::runtime::importing
