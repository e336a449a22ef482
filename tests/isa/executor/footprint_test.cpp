// Footprints: no instruction writes a byte outside its writes, and none makes anything else when the bytes
// outside its reads are others. Fields are random, and so is all memory but the tables.
#include "isa/executor/footprint.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "isa/executor/core/dsp.h"
#include "tests/isa/semantics/oracle.h"
#include "tests/isa/semantics/random_float_instruction.h"
#include "tests/isa/semantics/random_instruction.h"
#include "tests/kit/property.h"

namespace mmasim::isa {
namespace {

using oracle::l2;
using Bytes = std::vector<uint8_t>;

// By the definition of ByteInterval, apart from its code.
bool covers(const IntervalSet& list, uint64_t at) {
  return std::any_of(list.begin(), list.end(), [at](const ByteInterval& r) {
    return at >= r.first && at < r.end && (r.period == 0 || (at + r.period - r.phase) % r.period < r.width);
  });
}

template <class Any>
Bytes after(const Any& instruction, const StageSet& stage, Bytes bytes) {
  MemoryView memory;
  memory.base[static_cast<int>(Space::l2)] = bytes.data();
  Worker worker;
  if constexpr (kRunsOnDsp<Any>)
    execute(instruction, stage, worker, memory);
  else
    execute_dma(instruction, memory);
  return bytes;
}

template <class Any>
Footprint footprint(const Any& instruction, const StageSet& stage) {
  if constexpr (kRunsOnDsp<Any>)
    return footprint_of(instruction, stage);
  else
    return footprint_of(instruction);
}

struct Outcome {
  bool writes_suffice = true, reads_suffice = true;
};

// Whether an instruction and its footprint agree.
struct Trial : test::RandomOperands {
  using RandomOperands::RandomOperands;

  // Bytes that are written as they were are not seen.
  template <class Any>
  Outcome outcome(const Any& instruction, const Footprint& of) {
    room(0, 64);
    Bytes other = bytes;
    for (size_t k = 0; k < other.size(); ++k)
      if (!covers(of.reads, l2(k).raw)) other[k] = random_byte();
    const Bytes result = after(instruction, stage, bytes), other_result = after(instruction, stage, other);
    Outcome seen;
    for (size_t k = 0; k < bytes.size(); ++k) {
      if (result[k] == bytes[k] && other_result[k] == other[k]) continue;
      seen.writes_suffice &= covers(of.writes, l2(k).raw);
      seen.reads_suffice &= result[k] == other_result[k];
    }
    return seen;
  }
};

template <class Any>
bool footprints_hold() {
  return tests::holds([](uint64_t seed) {
    for (uint64_t n = 0; n < 10; ++n) {
      Trial trial(seed * 10 + n);
      Any instruction;
      make(trial, instruction);
      const Outcome seen = trial.outcome(instruction, footprint(instruction, trial.stage));
      PROPERTY_ASSERT(seen.writes_suffice);
      PROPERTY_ASSERT(seen.reads_suffice);
    }
  });
}

}  // namespace

TEST_CASE("footprint: copies and fills touch nothing else") {
  CHECK(footprints_hold<DmaCopy>());
  CHECK(footprints_hold<DmaFill>());
}

TEST_CASE("footprint: instructions on the elements of one position touches nothing else") {
  CHECK(footprints_hold<DspRescale>());
  CHECK(footprints_hold<DspAdd>());
  CHECK(footprints_hold<DspMultiply>());
  CHECK(footprints_hold<DspPrelu>());
}

TEST_CASE("footprint: windows and accumulators touch nothing else through the output stage") {
  CHECK(footprints_hold<DspDepthwise>());
  CHECK(footprints_hold<DspRequantize>());
}

TEST_CASE("footprint: pools touch nothing but windows and reciprocals") {
  CHECK(footprints_hold<DspPoolMax>());
  CHECK(footprints_hold<DspPoolAverage>());
}

TEST_CASE("footprint: tables and reductions over channels touch nothing else") {
  CHECK(footprints_hold<DspLookup>());
  CHECK(footprints_hold<DspSoftmax>());
  CHECK(footprints_hold<DspArgmax>());
}

TEST_CASE("footprint: enlarged maps and moved elements touch nothing else") {
  CHECK(footprints_hold<DspResize>());
  CHECK(footprints_hold<DspPermute>());
}

TEST_CASE("footprint: instructions between integers and reals touch nothing else") {
  CHECK(footprints_hold<DspQuantize>());
  CHECK(footprints_hold<DspDequantize>());
  CHECK(footprints_hold<DspConvert>());
  CHECK(footprints_hold<DspRange>());
  CHECK(footprints_hold<DspUnpack>());
}

TEST_CASE("footprint: instructions on reals touch nothing else") {
  CHECK(footprints_hold<DspCombineF32>());
  CHECK(footprints_hold<DspFunctionF32>());
  CHECK(footprints_hold<DspConvolveF32>());
  CHECK(footprints_hold<DspPoolF32>());
  CHECK(footprints_hold<DspSoftmaxF32>());
}

TEST_CASE("footprint: these tests see a footprint that lacks one byte") {
  Trial trial(1);
  DspRescale i;
  i.channels = 8, i.clip_min = -128, i.clip_max = 127;
  i.src = trial.room(0, 8), i.dst = trial.room(0, 8);
  const auto outcome = [&](uint64_t read, uint64_t written) {
    Footprint of;
    of.reads.add({i.src.raw, i.src.raw + read}), of.writes.add({i.dst.raw, i.dst.raw + written});
    return trial.outcome(i, of);
  };
  CHECK((outcome(8, 8).writes_suffice && outcome(8, 8).reads_suffice));
  CHECK((outcome(7, 8).writes_suffice && !outcome(7, 8).reads_suffice));
  CHECK((!outcome(8, 7).writes_suffice && outcome(8, 7).reads_suffice));
}

TEST_CASE("footprint: the parts of a concatenation do not meet") {
  DspRescale left;  // channels 0..3 of ten, of 2 x 3 positions
  left.src = l2(1000), left.dst = l2(0), left.count_y = 2, left.count_x = 3, left.channels = 4;
  left.src_x_stride = 4, left.src_y_stride = 12, left.dst_x_stride = 10, left.dst_y_stride = 30;
  DspRescale right = left;  // channels 4..9
  right.src = l2(2000), right.dst = l2(4), right.channels = 6;
  right.src_x_stride = 6, right.src_y_stride = 18;
  CHECK(!footprint_of(left, {}).meets(footprint_of(right, {})));
  right.dst = l2(3);
  CHECK(footprint_of(left, {}).meets(footprint_of(right, {})));
  right.dst = l2(4), right.src = l2(53);  // the last byte of the left part
  CHECK(footprint_of(left, {}).meets(footprint_of(right, {})));
  CHECK(footprint_of(right, {}).meets(footprint_of(left, {})));
}

TEST_CASE("footprint: an operand repeated everywhere is one element") {
  DspAdd add;
  add.a = l2(0), add.b = l2(500), add.dst = l2(1000);
  add.count_y = add.count_x = 4, add.channels = 8, add.b_channels = 1;
  add.a_x_stride = add.dst_x_stride = 8, add.a_y_stride = add.dst_y_stride = 32;
  const IntervalSet reads = footprint_of(add, {}).reads;
  for (const uint64_t at : {0, 127, 500}) CHECK(covers(reads, l2(at).raw));
  for (const uint64_t at : {128, 499, 501}) CHECK(!covers(reads, l2(at).raw));
}

}  // namespace mmasim::isa
