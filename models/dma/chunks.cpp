#include "models/dma/chunks.h"

#include <algorithm>

namespace mmasim::models {

ChunkCutter::ChunkCutter(const isa::DmaCopy& copy, const DmaConfig& config)
    : config_(config),
      src_(copy.src),
      dst_(copy.dst),
      row_bytes_(copy.row_bytes),
      dimensions_{{copy.n1, copy.src_stride1, copy.dst_stride1},
                  {copy.n2, copy.src_stride2, copy.dst_stride2},
                  {copy.n3, copy.src_stride3, copy.dst_stride3}} {
  prepare();
}

ChunkCutter::ChunkCutter(const isa::DmaFill& fill, const DmaConfig& config)
    : config_(config),
      dst_(fill.dst),
      row_bytes_(fill.row_bytes),
      dimensions_{{fill.n1, fill.dst_stride1, fill.dst_stride1},
                  {fill.n2, fill.dst_stride2, fill.dst_stride2}} {
  prepare();
}

void ChunkCutter::prepare() {
  for (const Dimension& dimension : dimensions_) done_ = done_ || dimension.count == 0;
  done_ = done_ || row_bytes_ == 0;
  if (done_) return;
  join_dimensions();
  index_.assign(dimensions_.size(), 0);
  source_ = extent(src_, &Dimension::src_stride);
  destination_ = extent(dst_, &Dimension::dst_stride);
  overwrites_itself_ = destination_rows_overlap();
}

void ChunkCutter::join_dimensions() {
  std::vector<Dimension> joined;
  for (const Dimension& next : dimensions_) {
    if (next.count == 1) continue;
    const auto row = static_cast<int64_t>(row_bytes_);
    if (joined.empty() && next.src_stride == row && next.dst_stride == row) {
      row_bytes_ *= next.count;
      continue;
    }
    if (!joined.empty()) {
      Dimension& inner = joined.back();
      const auto count = static_cast<int64_t>(inner.count);
      if (next.src_stride == count * inner.src_stride && next.dst_stride == count * inner.dst_stride) {
        inner.count *= next.count;
        continue;
      }
    }
    joined.push_back(next);
  }
  dimensions_ = std::move(joined);
}

ByteRange ChunkCutter::extent(isa::Address first, int64_t Dimension::*stride) const {
  if (first.is_none()) return {};
  ByteRange extent{first.space(), first.offset(), first.offset() + row_bytes_};
  for (const Dimension& dimension : dimensions_) {
    const int64_t reach = static_cast<int64_t>(dimension.count - 1) * dimension.*stride;
    (reach < 0 ? extent.begin : extent.end) += static_cast<uint64_t>(reach);
  }
  return extent;
}

// Without overlap, each stride in order of size passes all that the smaller ones reach. (Said yes when in
// doubt.)
bool ChunkCutter::destination_rows_overlap() const {
  std::vector<std::pair<uint64_t, uint64_t>> by_stride;  // stride, count
  for (const Dimension& dimension : dimensions_) {
    const int64_t stride = dimension.dst_stride;
    by_stride.emplace_back(static_cast<uint64_t>(stride < 0 ? -stride : stride), dimension.count);
  }
  std::sort(by_stride.begin(), by_stride.end());
  uint64_t reached = row_bytes_;
  for (const auto& [stride, count] : by_stride) {
    if (stride < reached) return true;
    reached += (count - 1) * stride;
  }
  return false;
}

Chunk ChunkCutter::next() {
  return row_bytes_ > config_.chunk_bytes || overwrites_itself_ || dimensions_.empty() ? piece_of_row()
                                                                                       : group_of_rows();
}

Chunk ChunkCutter::piece_of_row() {
  const auto offset = static_cast<int64_t>(row_offset_);
  Chunk chunk;
  if (!src_.is_none()) chunk.src = src_ + offset;
  chunk.dst = dst_ + offset;
  chunk.row_offset = row_offset_;
  const uint64_t aligned = (chunk.src.space() == isa::Space::ddr ? chunk.src : chunk.dst).offset();
  chunk.row_bytes = std::min(config_.chunk_bytes - aligned % config_.chunk_bytes, row_bytes_ - row_offset_);
  row_offset_ += chunk.row_bytes;
  if (row_offset_ == row_bytes_) {
    row_offset_ = 0;
    step(0, 1);
  }
  return chunk;
}

Chunk ChunkCutter::group_of_rows() {
  const Dimension& rows = dimensions_.front();
  Chunk chunk;
  chunk.src = src_;
  chunk.dst = dst_;
  chunk.row_bytes = row_bytes_;
  chunk.rows = std::min({rows.count - index_.front(), config_.chunk_bytes / row_bytes_,
                         static_cast<uint64_t>(config_.chunk_rows)});
  chunk.src_stride = rows.src_stride;
  chunk.dst_stride = rows.dst_stride;
  step(0, chunk.rows);
  return chunk;
}

// Goes on by so many places of a dimension, never past its end; at its end, back to its begin and on with the
// next.
void ChunkCutter::step(size_t dimension, uint64_t by) {
  if (dimension == dimensions_.size()) {
    done_ = true;
    return;
  }
  const Dimension& of = dimensions_[dimension];
  const auto move = [&](int64_t places) {
    if (!src_.is_none()) src_ = src_ + places * of.src_stride;
    dst_ = dst_ + places * of.dst_stride;
  };
  move(static_cast<int64_t>(by));
  index_[dimension] += by;
  if (index_[dimension] < of.count) return;
  move(-static_cast<int64_t>(of.count));
  index_[dimension] = 0;
  step(dimension + 1, 1);
}

}  // namespace mmasim::models
