// Entry of the benchmarks: inside sc_main, as whole networks elaborate SystemC.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <cstdlib>
#include <systemc>

int sc_main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

int main(int argc, char** argv) {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 1 << 30);  // as mmasim does
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
#endif
  setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);
  setenv("OMP_NUM_THREADS", "1", 1);  // oneDNN's threads
  return sc_core::sc_elab_and_sim(argc, argv);
}
