// SHA-256 (FIPS 180-4) of a byte string, as 64 hexadecimal digits: the identity of a network file in reports.
#pragma once

#include <string>
#include <string_view>

namespace mmasim::runtime {

std::string sha256_hex(std::string_view bytes);

}  // namespace mmasim::runtime
