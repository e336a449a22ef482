// The bytes that mma.stream and mma.transfer may touch.
#pragma once

#include <cstdint>
#include <vector>

#include "isa/executor/byte_intervals.h"
#include "isa/instruction.h"

namespace mmasim::isa {

ByteInterval interval_of_a(const MmaPattern& pattern, uint32_t operand_bytes, Address a, uint32_t row,
                           uint32_t rows, uint32_t k_start, uint32_t depth);
ByteInterval interval_of_transfer(const MmaStorePattern& pattern, uint32_t out_bytes,
                                  const MmaTransfer& transfer);

// Whether rows of `bytes` bytes that the pattern places cannot overlap each other.
bool rows_lie_apart(const MmaStorePattern& pattern, uint32_t bytes);

// Whether no byte is written by two of these transfers, whose intervals are given beside them.
bool lie_apart(const MmaStorePattern& pattern, uint32_t out_bytes, const std::vector<MmaTransfer>& transfers,
               const std::vector<ByteInterval>& intervals);

}  // namespace mmasim::isa
