// Intervals of bytes: by hand, and against the plain sets of bytes they stand for.
#include "isa/executor/byte_intervals.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "tests/isa/semantics/oracle.h"
#include "tests/kit/property.h"

namespace mmasim::isa {
namespace {

using oracle::l2;
using oracle::Numbers;

// By the definition of ByteInterval, apart from its code.
bool covers(const ByteInterval& interval, uint64_t address) {
  if (address < interval.first || address >= interval.end) return false;
  return interval.period == 0 ||
         (address + interval.period - interval.phase) % interval.period < interval.width;
}

constexpr uint64_t kAddresses = 120;

bool share_a_byte(const ByteInterval& a, const ByteInterval& b) {
  for (uint64_t at = 0; at < kAddresses; ++at)
    if (covers(a, at) && covers(b, at)) return true;
  return false;
}

bool same(const ByteInterval& a, const ByteInterval& b) {
  return a.first == b.first && a.end == b.end && a.period == b.period && a.phase == b.phase &&
         a.width == b.width;
}

// Solid, or of one of two periods.
ByteInterval random_interval(Numbers& numbers) {
  const auto in = [&](uint64_t lowest, uint64_t highest) {
    return static_cast<uint64_t>(numbers.in(static_cast<int64_t>(lowest), static_cast<int64_t>(highest)));
  };
  ByteInterval interval;
  interval.first = in(0, 80), interval.end = interval.first + in(1, 39);
  interval.period = numbers.one_of<uint64_t>({0, 7, 10, 10});
  if (interval.period != 0)
    interval.phase = in(0, interval.period - 1), interval.width = in(1, interval.period - 1);
  return interval;
}

bool meet(const ByteInterval& a, const ByteInterval& b) {
  CHECK(a.meets(b) == b.meets(a));
  return a.meets(b);
}

}  // namespace

TEST_CASE("interval: solid ones meet where they share a byte") {
  CHECK(meet({10, 20}, {19, 30}));  // byte 19
  CHECK(!meet({10, 20}, {20, 30}));
  CHECK(!meet({10, 20}, {25, 30}));
  CHECK(meet({10, 20}, {12, 13}));
  CHECK(!meet({l2(10).raw, l2(20).raw}, {10, 20}));  // of another memory
}

TEST_CASE("interval: those of one period meet by their places in it") {
  const ByteInterval four{0, 100, 10, 0, 4};    // 0..3, 10..13, ...
  CHECK(!meet(four, {0, 100, 10, 4, 6}));       // 4..9, 14..19, ...: side by side
  CHECK(meet(four, {0, 100, 10, 3, 1}));        // 3, 13, ...
  CHECK(!meet(four, {0, 100, 10, 8, 2}));       // 8..9, 18..19, ...
  CHECK(meet(four, {0, 100, 10, 8, 3}));        // 8..10, 18..20, ...: around the period, 10 is shared
  CHECK(!meet(four, {100, 200, 10, 0, 4}));     // 100..103: behind its end
  const ByteInterval around{5, 100, 10, 8, 4};  // 8..11, 18..21, ...
  CHECK(meet(around, {0, 100, 10, 1, 2}));      // 11
  CHECK(!meet(around, {0, 100, 10, 2, 6}));     // 2..7, 12..17, ...
}

TEST_CASE("interval: those of different periods meet as if they were solid") {
  const ByteInterval tens{0, 100, 10, 0, 2};
  CHECK(meet(tens, {0, 100, 5, 3, 1}));  // 3, 8, 13, ... never share a byte with 0..1, 10..11
  CHECK(meet(tens, {4, 6}));
  CHECK(!meet(tens, {100, 200, 5, 0, 1}));
}

TEST_CASE("interval: solid ones that touch are joined, far ones are not") {
  ByteInterval interval{10, 20};
  CHECK(interval.join({20, 30}));
  CHECK(same(interval, {10, 30}));
  CHECK(interval.join({5, 12}));
  CHECK(same(interval, {5, 30}));
  CHECK(!interval.join({31, 40}));  // byte 30 is of neither
  CHECK(!interval.join({0, 4}));
  CHECK(!interval.join({5, 30, 10, 0, 4}));
  CHECK(same(interval, {5, 30}));
}

TEST_CASE("interval: neighbours in a period become wider, and solid at full width") {
  ByteInterval interval{0, 94, 10, 0, 4};
  CHECK(!interval.join({5, 99, 10, 5, 3}));  // byte 4 of the period is of neither
  CHECK(interval.join({4, 97, 10, 4, 3}));   // 0..3 and 4..6
  CHECK(same(interval, {0, 97, 10, 0, 7}));
  CHECK(interval.join({9, 100, 10, 9, 1}));  // 9 is right before 0: 9..16
  CHECK(same(interval, {0, 100, 10, 9, 8}));
  CHECK(!interval.join({200, 300, 10, 9, 8}));  // more than a period behind its end
  CHECK(interval.join({107, 109, 10, 7, 2}));   // 9..16 and 7..8
  CHECK(same(interval, {0, 109}));
}

TEST_CASE("interval: a walk over strides has their common divisor as its period") {
  // 4 bytes, 3 times 20 and 2 times -30 apart: -30..44, gcd 10; l2 begins at 2^40 = ...6 mod 10
  const ByteInterval interval = interval_of(l2(100), 4, {{3, 20}, {2, -30}});
  CHECK(same(interval, {l2(70).raw, l2(144).raw, 10, 6, 4}));
  CHECK(same(interval_of(l2(100), 4, {{3, 4}}), {l2(100).raw, l2(112).raw}));           // end to end
  CHECK(same(interval_of(l2(100), 4, {{9, 0}, {1, 50}}), {l2(100).raw, l2(104).raw}));  // nowhere
}

TEST_CASE("interval: a full set joins all that is more") {
  IntervalSet list;
  for (uint64_t k = 0; k < 9; ++k) list.add({100 * k, 100 * k + 10});
  list.add({810, 815});
  // six are held: 0..9, ..., 400..409 as they are, and one of 500..814 for the rest
  for (uint64_t k = 0; k < 9; ++k) CHECK(list.meets(ByteInterval{100 * k + 9, 100 * k + 10}));
  CHECK(list.meets(ByteInterval{814, 900}));
  CHECK(!list.meets(ByteInterval{10, 100}));
  CHECK(!list.meets(ByteInterval{410, 500}));
  CHECK(!list.meets(ByteInterval{815, 900}));
}

TEST_CASE("interval: meets and join agree with the sets of bytes") {
  CHECK(tests::holds([](uint64_t seed) {
    Numbers numbers(seed);
    for (int n = 0; n < 20; ++n) {
      const ByteInterval a = random_interval(numbers), b = random_interval(numbers);
      PROPERTY_ASSERT(a.meets(b) == b.meets(a));
      if (share_a_byte(a, b)) PROPERTY_ASSERT(a.meets(b));
      ByteInterval both = a;
      if (!both.join(b)) {
        PROPERTY_ASSERT(same(both, a));
        continue;
      }
      for (uint64_t at = 0; at < kAddresses; ++at)
        if (covers(a, at) || covers(b, at)) PROPERTY_ASSERT(covers(both, at));
    }
  }));
}

TEST_CASE("interval: a set covers all that is added, even more than it holds") {
  CHECK(tests::holds([](uint64_t seed) {
    Numbers numbers(seed);
    IntervalSet list;
    std::vector<ByteInterval> added(static_cast<size_t>(numbers.in(1, 12)));
    for (ByteInterval& interval : added) list.add(interval = random_interval(numbers));
    for (const ByteInterval& interval : added)
      for (uint64_t at = 0; at < kAddresses; ++at)
        if (covers(interval, at)) {
          PROPERTY_ASSERT(
              std::any_of(list.begin(), list.end(), [&](const ByteInterval& r) { return covers(r, at); }));
          PROPERTY_ASSERT(list.meets(ByteInterval{at, at + 1}));
        }
  }));
}

TEST_CASE("interval: a walk covers every byte of its loops, and of one dimension nothing else") {
  CHECK(tests::holds([](uint64_t seed) {
    Numbers numbers(seed);
    const auto bytes = static_cast<uint64_t>(numbers.in(1, 12));
    Steps steps[3];
    for (Steps& s : steps)
      s = {static_cast<uint64_t>(numbers.in(1, 4)), numbers.in(-9, 9) * numbers.one_of({1, 5, 14})};
    const bool is_line = numbers.in(0, 1);
    if (is_line) steps[1].count = steps[2].count = 1;
    const uint64_t base = 2000;
    std::vector<bool> touched(2 * base);
    for (uint64_t n = 0; n < steps[0].count * steps[1].count * steps[2].count; ++n) {
      const uint64_t i[] = {n % steps[0].count, n / steps[0].count % steps[1].count,
                            n / steps[0].count / steps[1].count};
      int64_t offset = 0;
      for (int d = 0; d < 3; ++d) offset += static_cast<int64_t>(i[d]) * steps[d].stride;
      for (uint64_t k = 0; k < bytes; ++k) touched[base + static_cast<uint64_t>(offset) + k] = true;
    }
    const ByteInterval interval = interval_of({base}, bytes, {steps[0], steps[1], steps[2]});
    for (uint64_t at = 0; at < touched.size(); ++at) {
      if (touched[at]) PROPERTY_ASSERT(covers(interval, at));
      if (is_line && static_cast<uint64_t>(std::abs(steps[0].stride)) > bytes)
        PROPERTY_ASSERT(covers(interval, at) == touched[at]);
    }
  }));
}

}  // namespace mmasim::isa
