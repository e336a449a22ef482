// How large anything in a network file may be. Checked before memory is taken, so that no file, however
// hostile, makes the importer take more than a fixed amount beyond its own size.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include "runtime/graph/graph.h"

namespace mmasim::runtime::importing {

inline constexpr int64_t kLargestDimension = int64_t{1} << 24;
inline constexpr int64_t kMostElements = int64_t{1} << 31;           // of one tensor
inline constexpr uint64_t kMostParameters = uint64_t{1} << 30;       // of a network
inline constexpr uint64_t kMostDerivedElements = uint64_t{1} << 28;  // of all constants made while importing
inline constexpr size_t kMostDimensions = 8;

// A sentence about what does not fit; whoever knows file and node adds them and throws UserError.
[[noreturn]] inline void refuse(const std::string& what) { throw std::invalid_argument(what); }

enum class Emptiness { refused, allowed };

// Checks rank, every dimension and their product; returns the product.
int64_t checked_elements(const Shape& shape, const std::string& what,
                         Emptiness emptiness = Emptiness::refused);

}  // namespace mmasim::runtime::importing
