// A whole file in memory, its size known before memory is taken.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mmasim::runtime {

constexpr uint64_t kMaxFileBytes = uint64_t{1} << 33;  // 8 GiB

// Throws UserError for what is missing, no regular file, unreadable, or larger than max_bytes.
std::vector<uint8_t> read_file_bytes(const std::string& path, uint64_t max_bytes = kMaxFileBytes);

}  // namespace mmasim::runtime
