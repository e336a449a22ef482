#include "models/dma/chunks.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "isa/executor/core/execute_core.h"

using namespace mmasim;
using isa::Address;
using isa::Space;
using models::Chunk;
using models::ChunkCutter;

namespace {

std::vector<Chunk> cut(const isa::DmaCopy& copy, const models::DmaConfig& config = {}) {
  std::vector<Chunk> chunks;
  for (ChunkCutter cutter(copy, config); !cutter.done();) chunks.push_back(cutter.next());
  return chunks;
}

isa::DmaCopy row(Address src, Address dst, uint32_t bytes) {
  isa::DmaCopy copy;
  copy.src = src;
  copy.dst = dst;
  copy.row_bytes = bytes;
  return copy;
}

// (source offset, destination offset) of every byte, in order
std::vector<std::pair<uint64_t, uint64_t>> bytes_of(const std::vector<Chunk>& chunks) {
  std::vector<std::pair<uint64_t, uint64_t>> bytes;
  for (const Chunk& chunk : chunks)
    for (uint64_t r = 0; r < chunk.rows; ++r)
      for (uint64_t i = 0; i < chunk.row_bytes; ++i)
        bytes.emplace_back((chunk.src + static_cast<int64_t>(r) * chunk.src_stride).offset() + i,
                           (chunk.dst + static_cast<int64_t>(r) * chunk.dst_stride).offset() + i);
  return bytes;
}

}  // namespace

TEST_CASE("chunks: a long row is cut where its DDR address is a multiple of chunk_bytes") {
  const auto chunks = cut(row(Address::in(Space::ddr, 100), Address::in(Space::l2, 0), 5000));
  REQUIRE(chunks.size() == 3);
  CHECK(chunks[0].row_bytes == 2048 - 100);
  CHECK(chunks[1].row_bytes == 2048);
  CHECK(chunks[1].src.offset() == 2048);
  CHECK(chunks[2].row_bytes == 5000 - 2 * 2048 + 100);
}

TEST_CASE("chunks: rows without gaps are one row") {
  auto copy = row(Address::in(Space::l3, 0), Address::in(Space::l2, 0), 100);
  copy.n1 = 4;
  copy.src_stride1 = copy.dst_stride1 = 100;
  copy.n2 = 2;
  copy.src_stride2 = copy.dst_stride2 = 400;
  const auto chunks = cut(copy);
  REQUIRE(chunks.size() == 1);
  CHECK(chunks[0].rows == 1);
  CHECK(chunks[0].row_bytes == 800);
}

TEST_CASE("chunks: short rows go in groups that fit a chunk") {
  auto copy = row(Address::in(Space::l3, 0), Address::in(Space::l2, 0), 100);
  copy.n1 = 50;
  copy.src_stride1 = 300;
  copy.dst_stride1 = 100;
  const auto chunks = cut(copy);  // 20 rows of 100 bytes fit in 2048
  REQUIRE(chunks.size() == 3);
  CHECK(chunks[0].rows == 20);
  CHECK(chunks[1].src.offset() == 20 * 300);
  CHECK(chunks[1].dst.offset() == 20 * 100);
  CHECK(chunks[2].rows == 10);
}

TEST_CASE("chunks: tiny rows are bounded by chunk_rows") {
  auto copy = row(Address::in(Space::l3, 0), Address::in(Space::l2, 0), 1);
  copy.n1 = 130;
  copy.src_stride1 = 7;
  copy.dst_stride1 = 1;
  const auto chunks = cut(copy);
  REQUIRE(chunks.size() == 3);
  CHECK(chunks[0].rows == 64);
  CHECK(chunks[2].rows == 2);
}

TEST_CASE("chunks: together they are exactly the descriptor's bytes, in its order") {
  auto copy = row(Address::in(Space::l3, 5000), Address::in(Space::l2, 9000), 3);
  copy.n1 = 5, copy.src_stride1 = -11, copy.dst_stride1 = 4;
  copy.n2 = 3, copy.src_stride2 = 0, copy.dst_stride2 = 100;  // a repeated source
  copy.n3 = 2, copy.src_stride3 = 1000, copy.dst_stride3 = -500;
  std::vector<std::pair<uint64_t, uint64_t>> expected;
  for (int64_t i3 = 0; i3 < 2; ++i3)
    for (int64_t i2 = 0; i2 < 3; ++i2)
      for (int64_t i1 = 0; i1 < 5; ++i1)
        for (int64_t byte = 0; byte < 3; ++byte)
          expected.emplace_back(static_cast<uint64_t>(5000 - 11 * i1 + 1000 * i3 + byte),
                                static_cast<uint64_t>(9000 + 4 * i1 + 100 * i2 - 500 * i3 + byte));
  CHECK(bytes_of(cut(copy)) == expected);
}

TEST_CASE("chunks: the extents reach from the first byte to the last") {
  auto copy = row(Address::in(Space::l3, 5000), Address::in(Space::l2, 9000), 3);
  copy.n1 = 5, copy.src_stride1 = -11, copy.dst_stride1 = 4;
  const models::DmaConfig config;
  const ChunkCutter cutter(copy, config);
  CHECK(cutter.source().begin == 5000 - 44);
  CHECK(cutter.source().end == 5003);
  CHECK(cutter.destination().begin == 9000);
  CHECK(cutter.destination().end == 9000 + 16 + 3);
  CHECK_FALSE(cutter.overwrites_itself());
}

TEST_CASE("chunks: rows that overwrite earlier ones are found, rows side by side are not") {
  const models::DmaConfig config;
  auto copy = row(Address::in(Space::l3, 0), Address::in(Space::l2, 0), 10);
  copy.n1 = 4;
  copy.src_stride1 = 10;
  copy.dst_stride1 = 9;
  CHECK(ChunkCutter(copy, config).overwrites_itself());
  copy.dst_stride1 = 10;
  CHECK_FALSE(ChunkCutter(copy, config).overwrites_itself());
  copy.dst_stride1 = 0;
  CHECK(ChunkCutter(copy, config).overwrites_itself());
}

TEST_CASE("chunks: a fill keeps the phase of its element in every piece") {
  isa::DmaFill fill;
  fill.dst = Address::in(Space::l2, 3);
  fill.element_bytes = 4;
  fill.row_bytes = 4096;
  const models::DmaConfig config;
  ChunkCutter cutter(fill, config);
  CHECK(cutter.next().row_bytes == 2045);
  const Chunk second = cutter.next();
  CHECK(second.row_offset == 2045);
  CHECK(second.src.is_none());
}

TEST_CASE("chunks: a descriptor of no bytes has none") {
  auto copy = row(Address::in(Space::l3, 0), Address::in(Space::l2, 0), 10);
  copy.n2 = 0;
  CHECK(cut(copy).empty());
}
