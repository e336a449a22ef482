// How many multiply-accumulates a second the kernels of mma.stream make, at every SIMD level; the whole
// product of two matrices as a program issues it; and oneDNN's int8 GEMM beside them.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <random>
#include <vector>

#include "isa/encoding/codec.h"
#include "isa/executor/untimed.h"
#include "isa/kernels/kernels.h"

#ifdef MMASIM_HAS_DNNL
#include <dnnl.h>
extern "C" void omp_set_num_threads(int) __attribute__((weak));
#endif

namespace {

using namespace mmasim::isa;

constexpr uint32_t kSize = 1024;  // of the square matrices

template <class T>
std::vector<T> random_values(size_t count) {
  std::mt19937 generator(7);
  std::vector<T> values(count);
  for (T& value : values) value = static_cast<T>(static_cast<int8_t>(generator()));
  return values;
}

void count_macs(benchmark::State& state, double macs) {
  state.counters["GMAC/s"] = benchmark::Counter(macs * 1e-9, benchmark::Counter::kIsIterationInvariantRate);
}

SimdLevel level_of(const benchmark::State& state) { return static_cast<SimdLevel>(state.range(0)); }

void each_level(benchmark::internal::Benchmark* benchmark) {
  for (const auto level : available_simd_levels()) benchmark->Arg(static_cast<int>(level));
}

void int8_panel(benchmark::State& state) {
  const uint32_t n = 64;
  const auto a = random_values<int16_t>(n * n), b = random_values<int16_t>(n * n);
  std::vector<int32_t> c(n * n);
  const auto& kernels = stream_kernels(level_of(state));
  for (auto _ : state) {
    kernels.multiply_pairs({a.data(), n, b.data(), c.data(), n, n / 2, n, SumsStart::from_zero});
    benchmark::DoNotOptimize(c.data());
  }
  state.SetLabel(simd_level_name(level_of(state)));
  count_macs(state, 1.0 * n * n * n);
}
BENCHMARK(int8_panel)->Apply(each_level);

// 16-bit operands, and each half of 32-bit ones.
void wide_panel(benchmark::State& state, uint32_t n, double passes) {
  const auto a = random_values<int64_t>(n * n), b = random_values<int64_t>(n * n);
  std::vector<int64_t> c(n * n);
  const auto& kernels = stream_kernels(level_of(state));
  for (auto _ : state) {
    for (int pass = 0; pass < passes; ++pass)
      kernels.multiply_lanes({a.data(), n, b.data(), c.data(), n, n, n, SumsStart::from_zero});
    benchmark::DoNotOptimize(c.data());
  }
  state.SetLabel(simd_level_name(level_of(state)));
  count_macs(state, 1.0 * n * n * n);
}
BENCHMARK_CAPTURE(wide_panel, int16, 32u, 1)->Apply(each_level);
BENCHMARK_CAPTURE(wide_panel, int32, 16u, 2)->Apply(each_level);

// C = A * B as a lowered layer does it, executed as runs with values execute it: A of eight panels of depth
// in L2, its rows in every C bank, B's panels loaded for each.
Program product_program(Element element) {
  Program program;
  const Machine& machine = program.machine;
  const uint32_t bytes = element_bytes(element), panel = machine.panel(bytes), depth = 8 * panel;
  MmaConfig config;
  config.a = config.b = element;
  MmaPattern pattern;
  pattern.k0 = depth;
  pattern.r0 = panel * machine.c_banks;
  pattern.r0_stride = static_cast<int32_t>(depth * bytes);
  std::vector<Instruction> code = {config, pattern};
  for (uint32_t bank = 0; bank < machine.c_banks; ++bank)
    for (uint32_t k = 0; k < depth; k += panel) {
      MmaLoadB load;
      load.bank = static_cast<uint8_t>(k / panel % machine.b_banks);
      load.rows = static_cast<uint8_t>(panel);
      load.addr = Address::in(Space::l2, 300 * 1024 + k / panel * panel * machine.array_bytes);
      MmaStream stream;
      stream.a = Address::in(Space::l2, 0);
      stream.row = bank * panel;
      stream.k_start = k;
      stream.depth = stream.rows = static_cast<uint8_t>(panel);
      stream.b_bank = load.bank;
      stream.c_bank = static_cast<uint8_t>(bank);
      stream.accumulate = k > 0;
      code.insert(code.end(), {load, stream});
    }
  code.push_back(CtlEnd{});
  for (const auto& instruction : code) encode(instruction, program.code);
  program.instruction_count = code.size();
  return program;
}

void product(benchmark::State& state, Element element) {
  const Program program = product_program(element);
  const Machine& machine = program.machine;
  OwnedMemory memory(machine, 1);
  const auto view = memory.view();
  const auto noise = random_values<uint8_t>(machine.l2_bytes);
  std::copy(noise.begin(), noise.end(), view.base[static_cast<int>(Space::l2)]);
  UntimedMachine untimed(program);
  for (auto _ : state) untimed.run(view);
  const double panel = machine.panel(element_bytes(element));
  count_macs(state, 8 * panel * panel * panel * machine.c_banks);
}
BENCHMARK_CAPTURE(product, int8, Element::s8);
BENCHMARK_CAPTURE(product, int16, Element::s16);
BENCHMARK_CAPTURE(product, int32, Element::s32);

#ifdef MMASIM_HAS_DNNL
template <class A, class Gemm>
void dnnl_product(benchmark::State& state, Gemm gemm) {
  if (omp_set_num_threads) omp_set_num_threads(1);
  const auto a = random_values<A>(size_t{kSize} * kSize);
  const auto b = random_values<int8_t>(size_t{kSize} * kSize);
  std::vector<int32_t> c(size_t{kSize} * kSize);
  const int32_t offset = 0;
  for (auto _ : state) {
    gemm('N', 'N', 'F', kSize, kSize, kSize, 1.0f, a.data(), kSize, A{0}, b.data(), kSize, int8_t{0}, 0.0f,
         c.data(), kSize, &offset);
    benchmark::DoNotOptimize(c.data());
  }
  count_macs(state, 1.0 * kSize * kSize * kSize);
}
void dnnl_s8s8(benchmark::State& state) { dnnl_product<int8_t>(state, dnnl_gemm_s8s8s32); }
void dnnl_u8s8(benchmark::State& state) { dnnl_product<uint8_t>(state, dnnl_gemm_u8s8s32); }
BENCHMARK(dnnl_s8s8);
BENCHMARK(dnnl_u8s8);
#endif

}  // namespace
