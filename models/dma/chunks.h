// A descriptor cut into chunks: what the engine reads and then writes as one. Pure: no time, no bytes.
//
// Dimensions that follow one another without a gap on both sides are joined first. A chunk is then either a
// piece of a long row, ending at a multiple of chunk_bytes of its DDR address (or else its destination's), or
// a group of whole short rows with one stride.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "isa/instruction.h"
#include "models/dma/dma_config.h"

namespace mmasim::models {

struct Chunk {
  isa::Address src, dst;  // src is none for a fill
  uint64_t rows = 1, row_bytes = 0;
  int64_t src_stride = 0, dst_stride = 0;
  uint64_t row_offset = 0;  // of its first byte within the descriptor's row: the phase of a fill

  uint64_t bytes() const { return rows * row_bytes; }
};

// The bytes between the first and last that one side of a descriptor touches.
struct ByteRange {
  isa::Space space = isa::Space::none;
  uint64_t begin = 0, end = 0;  // offsets, end excluded

  bool overlaps(const ByteRange& other) const {
    return space == other.space && space != isa::Space::none && begin < other.end && other.begin < end;
  }
};

class ChunkCutter {
 public:
  ChunkCutter(const isa::DmaCopy& copy, const DmaConfig& config);
  ChunkCutter(const isa::DmaFill& fill, const DmaConfig& config);

  bool done() const { return done_; }
  Chunk next();  // not when done

  const ByteRange& source() const { return source_; }
  const ByteRange& destination() const { return destination_; }
  // Later rows may overwrite earlier ones: chunks must not overtake each other.
  bool overwrites_itself() const { return overwrites_itself_; }

 private:
  struct Dimension {
    uint64_t count;
    int64_t src_stride, dst_stride;
  };
  void prepare();
  void join_dimensions();
  ByteRange extent(isa::Address first, int64_t Dimension::*stride) const;
  bool destination_rows_overlap() const;
  Chunk piece_of_row();
  Chunk group_of_rows();
  void step(size_t dimension, uint64_t by);

  const DmaConfig& config_;
  isa::Address src_, dst_;  // of the next row
  uint64_t row_bytes_;
  std::vector<Dimension> dimensions_;  // innermost first
  std::vector<uint64_t> index_;
  uint64_t row_offset_ = 0;
  bool done_ = false, overwrites_itself_ = false;
  ByteRange source_, destination_;
};

}  // namespace mmasim::models
