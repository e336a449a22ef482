// Asks the host's processor once.
#include "isa/kit/simd_level.h"

#include <algorithm>
#include <cstdlib>
#include <string>

namespace mmasim::isa {
namespace {

SimdLevel detect() {
#if defined(__x86_64__) && defined(__GNUC__)
  __builtin_cpu_init();
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
                      __builtin_cpu_supports("avx512vnni");
  if (avx512) return SimdLevel::avx512;
  if (__builtin_cpu_supports("avx2")) return SimdLevel::avx2;
#endif
  return SimdLevel::plain;
}

// What MMASIM_SIMD_LEVEL allows; any other word allows all.
SimdLevel allowed() {
  const char* word = std::getenv("MMASIM_SIMD_LEVEL");
  for (const auto level : {SimdLevel::plain, SimdLevel::avx2})
    if (word && std::string(word) == simd_level_name(level)) return level;
  return SimdLevel::avx512;
}

}  // namespace

SimdLevel best_simd_level() {
  static const SimdLevel level = std::min(detect(), allowed());
  return level;
}

std::vector<SimdLevel> available_simd_levels() {
  std::vector<SimdLevel> levels;
  for (const auto level : {SimdLevel::plain, SimdLevel::avx2, SimdLevel::avx512})
    if (level <= best_simd_level()) levels.push_back(level);
  return levels;
}

const char* simd_level_name(SimdLevel level) {
  return level == SimdLevel::plain ? "plain" : level == SimdLevel::avx2 ? "avx2" : "avx512";
}

}  // namespace mmasim::isa
