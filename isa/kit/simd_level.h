// Which vector instructions of the host the inner loops use. Every level gives the same bytes; only speed
// differs.
#pragma once

#include <vector>

namespace mmasim::isa {

enum class SimdLevel { plain, avx2, avx512 };  // avx512: F, BW, DQ, VL and VNNI

// The host's, or less where the environment says so: MMASIM_SIMD_LEVEL=plain or avx2.
SimdLevel best_simd_level();
std::vector<SimdLevel> available_simd_levels();  // plain first
const char* simd_level_name(SimdLevel level);

}  // namespace mmasim::isa
