// Small programs for the tests of isa/: one that holds every instruction and everything else a Program can
// hold, and single instructions behind the configuration that they need.
#pragma once

#include <string>
#include <vector>

#include "isa/encoding/codec.h"
#include "isa/program.h"
#include "isa/program/program_file.h"

namespace mmasim::isa {

inline Address l2(uint64_t offset) { return Address::in(Space::l2, offset); }
inline Address ddr(uint64_t offset) { return Address::in(Space::ddr, offset); }

inline void append(Program& program, const Instruction& instruction) {
  encode(instruction, program.code);
  ++program.instruction_count;
}

// A layer, 4096 bytes of DDR, and the instructions between nothing and ctl.end.
Program program_of(const std::vector<Instruction>& instructions, const Machine& machine = {});

// What verify_program() says, or "" if it accepts.
std::string complaint(const Program& program);
std::string complaint(const std::vector<Instruction>& instructions, const Machine& machine = {});

// Stages that any machine accepts: 8 bits out, a shift of 3, full range.
inline StageSet plain_stage(Unit unit) {
  StageSet stage;
  stage.unit = unit;
  stage.shift = 3;
  stage.clip_min = -128;
  stage.clip_max = 127;
  return stage;
}

// A tile operation of one position of four channels from l2:0 to l2:64.
template <class Operation>
Operation one_position() {
  Operation op;
  op.src = l2(0);
  op.dst = l2(64);
  op.channels = 4;
  return op;
}

std::vector<Instruction> every_instruction();

// Everything that a Program can hold, with awkward names and numbers.
Program sample_program();

}  // namespace mmasim::isa
