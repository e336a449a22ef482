// The vector kernels of x86-64 hosts.
#pragma once

#include "isa/kernels/kernels.h"

namespace mmasim::isa {

// Null for SimdLevel::plain, and on hosts that are not x86-64.
const StreamKernels* x86_stream_kernels(SimdLevel level);

}  // namespace mmasim::isa
