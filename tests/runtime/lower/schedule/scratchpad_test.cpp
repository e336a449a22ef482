#include "runtime/lower/schedule/scratchpad.h"

#include <doctest/doctest.h>

#include "runtime/lower/tiles/tile.h"

using namespace mmasim::runtime;
using Lifetime = Scratchpad::Lifetime;

TEST_CASE("scratchpad: long-lived buffers go to the top, tiles to the bottom") {
  Scratchpad pad(1024);
  CHECK(*pad.allocate(100, Lifetime::steps) == 896);  // 100 rounds up to 128; 1024 - 128
  CHECK(*pad.allocate(64, Lifetime::step) == 0);
  CHECK(*pad.allocate(64, Lifetime::steps) == 832);
  CHECK(pad.peak_bytes() == 128 + 64 + 64);
}

TEST_CASE("scratchpad: a buffer that exactly fills what is left fits, one more byte does not") {
  Scratchpad pad(256);
  REQUIRE(pad.allocate(128, Lifetime::step));
  CHECK(!pad.allocate(129, Lifetime::step));
  CHECK(pad.allocate(128, Lifetime::step));
  CHECK(!pad.allocate(1, Lifetime::step));
}

TEST_CASE("scratchpad: the next tile goes where nobody has just left") {
  Scratchpad pad(256);
  const auto first = *pad.allocate(128, Lifetime::step);
  CHECK(first == 0);
  pad.free(first, 128, {1, 0});
  CHECK(*pad.allocate(128, Lifetime::step) == 128);  // bytes 128.. have never been held
}

TEST_CASE("scratchpad: whoever takes bytes over waits for all who held them") {
  Scratchpad pad(256);
  const auto a = *pad.allocate(128, Lifetime::step), b = *pad.allocate(128, Lifetime::step);
  pad.free(a, 128, {3, 7});
  pad.free(b, 128, {4, 2});
  const auto both = pad.release_before(0, 256);
  CHECK(both.core_steps == 4);
  CHECK(both.store_groups == 7);
  CHECK(pad.release_before(a, 128).core_steps == 3);
  CHECK(pad.release_before(b, 64).store_groups == 2);
}

TEST_CASE("scratchpad: an allocation undone leaves no trace") {
  Scratchpad pad(256);
  const auto a = *pad.allocate(256, Lifetime::step);
  CHECK(!pad.allocate(64, Lifetime::step));
  pad.undo(a);
  CHECK(pad.release_before(0, 256).core_steps == 0);
  CHECK(pad.allocate(256, Lifetime::step));
  CHECK(pad.peak_bytes() == 256);
}

TEST_CASE("strided copies: axes that run on in both places become one row") {
  // 4 bytes a pixel, 5 pixels a line, 3 lines, dense on both sides: 60 bytes.
  const auto copies = strided_copies(relative(0), relative(100), 1, {{4, 1, 1}, {5, 4, 4}, {3, 20, 20}});
  REQUIRE(copies.size() == 1);
  CHECK(copies[0].row_bytes == 60);
  CHECK(copies[0].n1 * copies[0].n2 * copies[0].n3 == 1);
}

TEST_CASE("strided copies: a wider target breaks lines but not pixels") {
  const auto copies = strided_copies(relative(0), relative(0), 1, {{4, 1, 1}, {5, 4, 4}, {3, 20, 28}});
  REQUIRE(copies.size() == 1);
  CHECK(copies[0].row_bytes == 20);
  CHECK(copies[0].n1 == 3);
  CHECK(copies[0].src_stride1 == 20);
  CHECK(copies[0].dst_stride1 == 28);
}

TEST_CASE("strided copies: a fourth outer axis becomes descriptors of its own") {
  const auto copies = strided_copies(relative(0), relative(0), 2,
                                     {{3, 2, 2}, {3, 10, 8}, {3, 100, 50}, {3, 1000, 500}, {2, 10000, 5000}});
  REQUIRE(copies.size() == 2);
  CHECK(copies[0].row_bytes == 6);
  CHECK(copies[1].src.offset() == 10000);
  CHECK(copies[1].dst.offset() == 5000);
}
