// Sets of bytes and strided operands against the same written out byte by byte.
#include <doctest/doctest.h>

#include <set>
#include <vector>

#include "isa/verify/byte_set.h"
#include "isa/verify/operands.h"
#include "isa/verify/written_bytes.h"
#include "tests/kit/property.h"

namespace mmasim::isa {
namespace {

constexpr uint64_t kPage = ByteSet::kPageBytes;

uint64_t random_below(uint64_t end) { return tests::draw_in_range<uint64_t>(0, end); }

}  // namespace

TEST_CASE("byte set: nothing is there, then what was added and no byte beyond") {
  ByteSet set;
  CHECK(set.first_missing(0, 1) == 0);
  set.add(10, 20);
  CHECK(set.first_missing(10, 20) == 20);
  CHECK(set.first_missing(9, 20) == 9);
  CHECK(set.first_missing(10, 21) == 20);
  set.add(20, 64);
  CHECK(set.first_missing(10, 64) == 64);
  CHECK(set.first_missing(10, 65) == 64);
  CHECK(set.first_missing(5, 5) == 5);
}

TEST_CASE("byte set: pages that are whole, and runs over the ends of pages") {
  ByteSet set;
  set.add(kPage - 1, 2 * kPage + 1);
  CHECK(set.first_missing(kPage - 1, 2 * kPage + 1) == 2 * kPage + 1);
  CHECK(set.first_missing(kPage - 2, kPage) == kPage - 2);
  CHECK(set.first_missing(kPage, 2 * kPage + 2) == 2 * kPage + 1);
  set.add(0, kPage - 1);  // the first page becomes whole by parts
  CHECK(set.first_missing(0, 2 * kPage + 1) == 2 * kPage + 1);
  CHECK(set.first_missing(5 * kPage, 5 * kPage + 1) == 5 * kPage);
}

TEST_CASE("byte set: more pages in part than it keeps, and every byte counts as there") {
  ByteSet set;
  for (uint64_t page = 0; page < ByteSet::kMostPages; ++page) set.add(page * kPage, page * kPage + 1);
  CHECK(set.first_missing(1, 2) == 1);
  set.add(ByteSet::kMostPages * kPage, ByteSet::kMostPages * kPage + 1);
  CHECK(set.first_missing(1, 2) == 2);
}

TEST_CASE("byte set: as a set of numbers") {
  CHECK(tests::holds("byte set", [] {
    const uint64_t base = kPage - 200;
    ByteSet set;
    std::set<uint64_t> numbers;
    for (int i = 0; i < 12; ++i) {
      const uint64_t begin = base + random_below(400), end = begin + random_below(130);
      set.add(begin, end);
      for (uint64_t at = begin; at < end; ++at) numbers.insert(at);
      const uint64_t from = base + random_below(400), to = from + random_below(200);
      uint64_t missing = from;
      while (missing < to && numbers.count(missing) != 0) ++missing;
      PROPERTY_ASSERT(set.first_missing(from, to) == missing);
    }
  }));
}

TEST_CASE("operand: runs over axes are the bytes of the loops, whatever their order and sign") {
  CHECK(tests::holds("operand", [] {
    const uint64_t base = 1 << 20, bytes = 1 + random_below(9);
    std::vector<Axis> axes;
    std::set<uint64_t> expected;
    for (uint64_t b = 0; b < bytes; ++b) expected.insert(base + b);
    for (int i = 0; i < 4; ++i) {
      axes.push_back({1 + random_below(4), static_cast<int64_t>(random_below(81)) - 40});
      std::set<uint64_t> repeated;
      for (uint64_t step = 0; step < axes.back().count; ++step)
        for (const uint64_t at : expected)
          repeated.insert(at + step * static_cast<uint64_t>(axes.back().stride));
      expected = repeated;
    }
    const Operand operand("x", Access::read, Address::in(Space::l3, base), bytes, axes.data(), axes.size());
    std::set<uint64_t> seen;
    uint64_t runs = 0;
    operand.for_each_run([&](uint64_t begin, uint64_t end) {
      ++runs;
      for (; begin < end; ++begin) seen.insert(begin);
      return true;
    });
    PROPERTY_ASSERT(seen == expected);
    PROPERTY_ASSERT(runs == operand.num_runs());
    PROPERTY_ASSERT(operand.space == Space::l3);
    PROPERTY_ASSERT(operand.first == *expected.begin());
    PROPERTY_ASSERT(operand.end() == *expected.rbegin() + 1);
  }));
}

TEST_CASE("operand: rows that touch are one run, rows with gaps are not") {
  const Address at = Address::in(Space::l2, 0);
  CHECK(Operand("x", Access::read, at, 64, {{100, 64}}).is_one_run());
  CHECK(Operand("x", Access::read, at, 64, {{100, 65}}).num_runs() == 100);
  CHECK(Operand("x", Access::read, at, 1, {{8, 64}, {64, 1}}).is_one_run());  // columns of a dense map
}

TEST_CASE("pieces: whole until somebody writes into them") {
  Pieces pieces;
  pieces.add(100, 200);
  CHECK(pieces.hold(100, 200));
  CHECK(pieces.hold(150, 151));
  CHECK_FALSE(pieces.hold(99, 101));
  CHECK_FALSE(pieces.hold(199, 201));
  pieces.add(200, 300);
  CHECK_FALSE(pieces.hold(199, 201));  // neighbours are two
  pieces.remove(140, 150);
  CHECK(pieces.hold(100, 140));
  CHECK_FALSE(pieces.hold(139, 141));
  CHECK_FALSE(pieces.hold(149, 150));
  CHECK(pieces.hold(150, 200));
  pieces.remove(0, 1000);
  CHECK_FALSE(pieces.hold(250, 251));
}

}  // namespace mmasim::isa
