// Walks a whole program and gives every broken rule its place. The rules are in the files beside this one.
#include <cmath>

#include "isa/encoding/codec.h"
#include "isa/program/program_file.h"
#include "isa/verify/instruction_checks.h"
#include "isa/verify/machine_rules.h"

namespace mmasim::isa {
namespace {

constexpr size_t kMaxRank = 16;
constexpr int64_t kMaxDimension = int64_t{1} << 36;  // as many bytes as the largest memory
constexpr int64_t kMaxStrideBytes = int64_t{1} << 36;

void check_summary(const Program& program) {
  const auto expect_at_most = [](const char* name, uint64_t seen, uint64_t limit, const char* limit_name) {
    if (seen > limit) violate("{} is {}; expected at most {}, the {}", name, seen, limit, limit_name);
  };
  expect_at_most("l2_bytes_used", program.l2_bytes_used, program.machine.l2_bytes, "machine's l2_bytes");
  expect_at_most("l3_bytes_used", program.l3_bytes_used, program.machine.l3_bytes, "machine's l3_bytes");
  expect_at_most("ddr_bytes_used", program.ddr_bytes_used, program.machine.ddr_bytes, "machine's ddr_bytes");
  expect_at_most("constants_bytes", program.constants_bytes, program.ddr_bytes_used,
                 "program's ddr_bytes_used");
  if (!program.constants.empty() && program.constants.size() != program.constants_bytes) {
    violate("there are {} bytes of constants; expected {} or none", program.constants.size(),
            program.constants_bytes);
  }
}

enum class Role { input, output };  // of a tensor that is given to the program, or made by it

void check_placement(const TensorPlacement& tensor, Role role, const Program& program,
                     const MemoryBounds& memory) {
  const size_t rank = tensor.shape.size();
  if (rank > kMaxRank) violate("it has {} dimensions; expected at most {}", rank, kMaxRank);
  if (tensor.strides_bytes.size() != rank) {
    violate("it has {} dimensions, but {} strides", rank, tensor.strides_bytes.size());
  }
  if (element_bits(tensor.element) < 8)
    violate("its element is {}; expected one of whole bytes", word(tensor.element));
  Extent extent = Extent::of_bytes(element_bytes(tensor.element));
  Int128 elements = 1;
  for (size_t d = 0; d < rank; ++d) {
    expect_in_range("a dimension", tensor.shape[d], 1, kMaxDimension);
    expect_in_range("a stride", tensor.strides_bytes[d], -kMaxStrideBytes, kMaxStrideBytes);
    elements *= tensor.shape[d];
    if (elements > kMaxDimension) violate("it has more than {} elements", kMaxDimension);
    extent.repeat(static_cast<uint64_t>(tensor.shape[d]), tensor.strides_bytes[d]);
  }
  if (role == Role::input)
    memory.expect_writable("it", tensor.address, extent);
  else
    memory.expect_inside("it", tensor.address, extent);
  if (tensor.ready_token >= program.machine.tokens) {
    violate("ready_token is {}; the machine has tokens 0..{}", tensor.ready_token,
            program.machine.tokens - 1);
  }
  if (!std::isfinite(tensor.inv_step) || tensor.inv_step <= 0) {
    violate("inv_step is {}; expected a finite number above 0", tensor.inv_step);
  }
}

// Runs a check and puts `place` before what it complains of.
template <class Place, class Check>
void at_place(Place&& place, Check&& check) {
  try {
    check();
  } catch (const Violation& violation) {
    throw ProgramFileError(fmt::format("{}: {}", place(), violation.what()));
  }
}

void check_placements(const char* list, Role role, const std::vector<TensorPlacement>& tensors,
                      const Program& program, const MemoryBounds& memory) {
  for (const TensorPlacement& tensor : tensors) {
    at_place([&] { return fmt::format("{} '{}'", list, tensor.name); },
             [&] { check_placement(tensor, role, program, memory); });
  }
}

void check_code(const Program& program) {
  InstructionChecks checks(program);
  uint64_t index = 0;
  bool ended = false;
  Instruction instruction;
  for (size_t offset = 0; offset < program.code.size(); ++index) {
    try {
      instruction = decode(program.code, offset);
      if (ended) violate("it stands behind ctl.end");
      checks.check(instruction);
      ended = std::holds_alternative<CtlEnd>(instruction);
    } catch (const DecodeError& error) {
      throw ProgramFileError(fmt::format("instruction {}: {}", index, error.what()));
    } catch (const Violation& violation) {
      throw ProgramFileError(
          fmt::format("instruction {} ({}): {}", index, mnemonic(instruction), violation.what()));
    }
  }
  if (!ended) throw ProgramFileError(fmt::format("code: no ctl.end after {} instructions", index));
  if (index != program.instruction_count) {
    throw ProgramFileError(
        fmt::format("code: {} instructions; instruction_count is {}", index, program.instruction_count));
  }
}

}  // namespace

void verify_program(const Program& program) {
  at_place([] { return "machine"; }, [&] { check_machine(program.machine); });
  at_place([] { return "program"; }, [&] { check_summary(program); });
  const MemoryBounds memory(program);
  check_placements("input", Role::input, program.inputs, program, memory);
  check_placements("output", Role::output, program.outputs, program, memory);
  check_placements("intermediate", Role::output, program.intermediates, program, memory);
  check_code(program);
}

}  // namespace mmasim::isa
