// What the tests of instructions compare with: SRS as quantization.md section 2 writes it (not as the code
// does), and a small machine whose memory tests poke and read by element, executed at host speed and by
// definition. Slow and plain on purpose.
#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <cstring>
#include <exception>
#include <initializer_list>
#include <vector>

#include "isa/executor/core/execute_core.h"
#include "isa/semantics/elements.h"
#include "isa/semantics/semantics.h"

namespace mmasim::isa::oracle {

// The formulas of the specification, for |v| < 2^126.
inline Wide srs(Wide v, int k, Rounding rounding) {
  if (k <= 0) return v * (Wide{1} << -k);
  const Wide h = Wide{1} << (k - 1);
  const Wide f = v >> k, r = v - f * (Wide{1} << k);
  switch (rounding) {
    case Rounding::half_up:
      return (v + h) >> k;
    case Rounding::half_away:
      return v < 0 ? -((-v + h) >> k) : (v + h) >> k;
    case Rounding::half_even:
      return f + (r > h || (r == h && f % 2 != 0) ? 1 : 0);
    case Rounding::floor:
      return f;
  }
  return 0;
}

inline Wide clip(Wide v, Wide lowest, Wide highest) {
  return v < lowest ? lowest : v > highest ? highest : v;
}

// A reproducible stream of numbers for random cases.
class Numbers {
 public:
  explicit Numbers(uint64_t seed) : state_(seed * 2 + 1) {}
  uint64_t next() {
    state_ ^= state_ << 13, state_ ^= state_ >> 7, state_ ^= state_ << 17;
    return state_ * 0x2545f4914f6cdd1dull;
  }
  int64_t in(int64_t lowest, int64_t highest) {
    return lowest + static_cast<int64_t>((next() >> 1) % static_cast<uint64_t>(highest - lowest + 1));
  }
  template <class T>
  T one_of(std::initializer_list<T> values) {
    return values.begin()[next() % values.size()];
  }
  // Any value of the element; one in eight is an extreme.
  Wide element(Element e) {
    if (in(0, 7) == 0) return in(0, 1) ? element_highest(e) : element_lowest(e);
    const Wide span = element_highest(e) - element_lowest(e) + 1;
    return element_lowest(e) + static_cast<Wide>(next() >> 1) % span;
  }

 private:
  uint64_t state_;
};

constexpr Rounding kRoundings[] = {Rounding::half_up, Rounding::half_even, Rounding::half_away,
                                   Rounding::floor};

inline Address l2(uint64_t offset) { return Address::in(Space::l2, offset); }

// A machine with its memory, at host speed: instructions in, elements out.
struct FastBench {
  explicit FastBench(const Machine& of = Machine{})
      : machine(of), storage(machine, 1 << 16), memory(storage.view()), state(machine) {}

  void run(const Instruction& instruction) { execute_core(instruction, state, memory); }

  Machine machine;
  OwnedMemory storage;
  MemoryView memory;
  CoreState state;
};

// The same with the definition beside it: what is seen of one must be seen of the other.
struct Bench : FastBench {
  explicit Bench(const Machine& of = Machine{})
      : FastBench(of),
        defined_storage(machine, 1 << 16),
        defined_memory(defined_storage.view()),
        registers(machine) {}

  void run(const Instruction& instruction) {
    const bool fails = fails_by_definition(instruction);
    try {
      FastBench::run(instruction);
    } catch (const std::exception&) {
      REQUIRE(fails);
      throw;
    }
    REQUIRE_FALSE(fails);
  }
  template <class Descriptor>
  void run_dma(const Descriptor& descriptor) {
    const bool fails = fails_by_definition(descriptor);
    try {
      execute_dma(descriptor, memory);
    } catch (const std::exception&) {
      REQUIRE(fails);
      throw;
    }
    REQUIRE_FALSE(fails);
  }

  void poke_byte(Address at, uint8_t value) { *memory.at(at) = *defined_memory.at(at) = value; }
  template <class E>
  void poke(Address at, const std::vector<E>& values) {
    for (size_t i = 0; i < values.size(); ++i)
      for (const MemoryView* view : {&memory, &defined_memory})
        write_as<E>(view->at(at) + i * sizeof(E), values[i]);
  }
  void poke(Address at, Element e, Wide value) {
    for (const MemoryView* view : {&memory, &defined_memory}) write_element(e, view->at(at), value);
  }

  template <class E>
  std::vector<E> peek(Address at, size_t count) const {
    check_agreement(at, count * sizeof(E));
    std::vector<E> values(count);
    for (size_t i = 0; i < count; ++i) values[i] = read_as<E>(memory.at(at) + i * sizeof(E));
    return values;
  }
  Wide peek(Address at, Element e) const {
    check_agreement(at, element_bytes(e));
    return read_element(e, memory.at(at));
  }
  void check_agreement(Address at, size_t bytes) const {
    REQUIRE(std::memcmp(memory.at(at), defined_memory.at(at), bytes) == 0);
    REQUIRE(state.overflow_count() == registers.overflow_count);
  }

  OwnedMemory defined_storage;
  MemoryView defined_memory;
  semantics::Registers registers;

 private:
  bool fails_by_definition(const Instruction& instruction) {
    try {
      semantics::execute(instruction, registers, defined_memory);
    } catch (const std::exception&) {
      return true;
    }
    return false;
  }
};

// An output stage that shifts and clips to `out`, of either unit.
inline StageSet shift_stage(Unit unit, Element out, int shift, Rounding rounding = Rounding::half_up) {
  StageSet stage;
  stage.unit = unit;
  stage.out = out;
  stage.shift = static_cast<int8_t>(shift);
  stage.rounding = rounding;
  stage.clip_min = static_cast<int64_t>(element_lowest(out));
  stage.clip_max = static_cast<int64_t>(element_highest(out));
  return stage;
}

// A stage that writes accumulators as they are.
inline StageSet raw_stage(Unit unit, Element accumulator) {
  StageSet stage;
  stage.unit = unit;
  stage.out = accumulator;
  stage.raw = 1;
  return stage;
}

}  // namespace mmasim::isa::oracle
