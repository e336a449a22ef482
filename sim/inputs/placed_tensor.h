// Tensors between the host's row-major bytes and where a program's placement puts them in memory.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "isa/executor/byte_intervals.h"
#include "isa/program.h"
#include "isa/semantics/memory.h"
#include "runtime/quantize/plan.h"
#include "runtime/tensor_data.h"

namespace mmasim::sim {

// Row-major elements without gaps, little endian.
void write_tensor(const isa::MemoryView& memory, const isa::TensorPlacement& placement,
                  const std::vector<uint8_t>& bytes);
std::vector<uint8_t> read_tensor(const isa::MemoryView& memory, const isa::TensorPlacement& placement);

isa::ByteInterval interval_of(const isa::TensorPlacement& placement);
uint64_t packed_bytes(const isa::TensorPlacement& placement);
std::string dtype_name(isa::Element element);  // NumPy's name: "int8", "uint16", "float32", ...
std::string npy_dtype(isa::Element element);   // NumPy's descr: "|i1", "<u2", "<f4", ...

// The grid that a placement states: as of the plan, so that an input becomes the same integers.
runtime::TensorPlan tensor_plan(const isa::TensorPlacement& placement);

// Integers as they are, reals as their bits.
runtime::IntegerTensor unpack(const std::vector<uint8_t>& bytes, isa::Element element,
                              const runtime::Shape& shape);

}  // namespace mmasim::sim
