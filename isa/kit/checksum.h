// CRC-32 (polynomial 0xEDB88320, reflected, as in zlib and PNG): guards program files against corruption.
#pragma once

#include <cstddef>
#include <cstdint>

namespace mmasim::isa {

// Of `bytes` bytes; pass an earlier result as `previous` to go on with the next part.
uint32_t crc32(const uint8_t* from, size_t bytes, uint32_t previous = 0);

}  // namespace mmasim::isa
