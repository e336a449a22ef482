// Compiles row_loops.h for every SIMD level and gathers the results in tables. The loops are always inlined
// into the functions below, whose target attribute then decides the instructions; nothing else is built with
// that attribute.
#include "isa/kernels/row_ops.h"

#include "isa/kernels/row_loops.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define MMASIM_AVX2 __attribute__((target("avx2")))
#define MMASIM_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))
#else  // elsewhere every level is the plain one
#define MMASIM_AVX2
#define MMASIM_AVX512
#endif

namespace mmasim::isa {
namespace {

// One set of entry points with the instructions of `attribute`.
#define MMASIM_LEVEL(Level, attribute)                                                                  \
  struct Level {                                                                                        \
    template <class L, class E>                                                                         \
    attribute static void load(const uint8_t* src, L* lanes, size_t n) {                                \
      row_loops::load<L, E>(src, lanes, n);                                                             \
    }                                                                                                   \
    template <class L, class E>                                                                         \
    attribute static void store(const L* lanes, uint8_t* dst, size_t n) {                               \
      row_loops::store<L, E>(lanes, dst, n);                                                            \
    }                                                                                                   \
    template <class L, class E, class W>                                                                \
    attribute static void multiply_add(L* sums, const uint8_t* src, const uint8_t* weights, size_t n) { \
      row_loops::multiply_add<L, E, W>(sums, src, weights, n);                                          \
    }                                                                                                   \
    template <class L, class E>                                                                         \
    attribute static void accumulate(L* sums, const uint8_t* src, L zero, size_t n) {                   \
      row_loops::accumulate<L, E>(sums, src, zero, n);                                                  \
    }                                                                                                   \
    template <class E>                                                                                  \
    attribute static void maximum(uint8_t* largest, const uint8_t* src, size_t n) {                     \
      row_loops::maximum<E>(largest, src, n);                                                           \
    }                                                                                                   \
    template <class L>                                                                                  \
    attribute static void scale(L* v, size_t n, L zero, L multiplier) {                                 \
      row_loops::scale<L>(v, n, zero, multiplier);                                                      \
    }                                                                                                   \
    template <class L>                                                                                  \
    attribute static void combine(L* a, const L* b, size_t n, L a_zero, L a_mult, L b_zero, L b_mult) { \
      row_loops::combine<L>(a, b, n, a_zero, a_mult, b_zero, b_mult);                                   \
    }                                                                                                   \
    template <class L>                                                                                  \
    attribute static void product(L* a, const L* b, size_t n, L a_zero, L b_zero, L multiplier) {       \
      row_loops::product<L>(a, b, n, a_zero, b_zero, multiplier);                                       \
    }                                                                                                   \
    template <class L>                                                                                  \
    attribute static void rectify(L* v, const L* slopes, size_t n, L zero, L positive) {                \
      row_loops::rectify<L>(v, slopes, n, zero, positive);                                              \
    }                                                                                                   \
    template <class L>                                                                                  \
    attribute static void finish(L* v, size_t n, const Finish<L>& with) {                               \
      row_loops::finish<L>(v, n, with);                                                                 \
    }                                                                                                   \
    template <class L>                                                                                  \
    attribute static bool stage(L* v, size_t n, const StageLanes<L>& lanes) {                           \
      return row_loops::stage<L>(v, n, lanes);                                                          \
    }                                                                                                   \
  };
MMASIM_LEVEL(Plain, )
MMASIM_LEVEL(Avx2, MMASIM_AVX2)
MMASIM_LEVEL(Avx512, MMASIM_AVX512)
#undef MMASIM_LEVEL

// The entries of a table indexed by Element.
#define MMASIM_BY_ELEMENT(function, L)                                               \
  {                                                                                  \
    Level::template function<L, int8_t>, Level::template function<L, uint8_t>,       \
        Level::template function<L, int16_t>, Level::template function<L, uint16_t>, \
        Level::template function<L, int32_t>, Level::template function<L, uint32_t>, \
        Level::template function<L, int64_t>, Level::template function<L, Wide>      \
  }

// S and U are the signed and the unsigned element of one width; s and s + 1 their indices.
template <class Level, class L, class S, class U>
constexpr void set_multiply_add(RowOps<L>& ops, Element signed_element) {
  const auto s = static_cast<size_t>(signed_element);
  ops.multiply_add[s][s] = Level::template multiply_add<L, S, S>;
  ops.multiply_add[s][s + 1] = Level::template multiply_add<L, S, U>;
  ops.multiply_add[s + 1][s] = Level::template multiply_add<L, U, S>;
  ops.multiply_add[s + 1][s + 1] = Level::template multiply_add<L, U, U>;
}

template <class Level, class L>
constexpr RowOps<L> make_row_ops() {
  RowOps<L> ops = {
      MMASIM_BY_ELEMENT(load, L),
      {Level::template store<L, int8_t>, Level::template store<L, int16_t>, Level::template store<L, int32_t>,
       Level::template store<L, int64_t>, Level::template store<L, Wide>},
      {},
      MMASIM_BY_ELEMENT(accumulate, L),
      Level::template scale<L>,
      Level::template combine<L>,
      Level::template product<L>,
      Level::template rectify<L>,
      Level::template finish<L>,
      nullptr};
  set_multiply_add<Level, L, int8_t, uint8_t>(ops, Element::s8);
  set_multiply_add<Level, L, int16_t, uint16_t>(ops, Element::s16);
  set_multiply_add<Level, L, int32_t, uint32_t>(ops, Element::s32);
  if constexpr (!row_loops::is_wide<L>) ops.stage = Level::template stage<L>;
  return ops;
}

template <class Level>
constexpr MaximumOps make_maximum_ops() {
  return {{Level::template maximum<int8_t>, Level::template maximum<uint8_t>,
           Level::template maximum<int16_t>, Level::template maximum<uint16_t>,
           Level::template maximum<int32_t>, Level::template maximum<uint32_t>,
           Level::template maximum<int64_t>, Level::template maximum<Wide>}};
}

}  // namespace

template <class L>
const RowOps<L>& row_ops(SimdLevel level) {
  static constexpr RowOps<L> plain = make_row_ops<Plain, L>();
  if constexpr (row_loops::is_wide<L>) return plain;  // no vector unit has 128-bit lanes
  static constexpr RowOps<L> avx2 = make_row_ops<Avx2, L>(), avx512 = make_row_ops<Avx512, L>();
  return level == SimdLevel::avx512 ? avx512 : level == SimdLevel::avx2 ? avx2 : plain;
}
template const RowOps<int32_t>& row_ops<int32_t>(SimdLevel);
template const RowOps<int64_t>& row_ops<int64_t>(SimdLevel);
template const RowOps<Wide>& row_ops<Wide>(SimdLevel);

const MaximumOps& maximum_ops(SimdLevel level) {
  static constexpr MaximumOps plain = make_maximum_ops<Plain>(), avx2 = make_maximum_ops<Avx2>(),
                              avx512 = make_maximum_ops<Avx512>();
  return level == SimdLevel::avx512 ? avx512 : level == SimdLevel::avx2 ? avx2 : plain;
}

}  // namespace mmasim::isa
