// The .mma file: magic, version, sections with sizes, checksum. load() trusts nothing in it.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "isa/program.h"

namespace mmasim::isa {

// What is wrong with a program file, in one line that names the file and the place.
struct ProgramFileError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

void save_program(const Program& program,
                  const std::string& path);  // writes beside and renames: never half a file
// The file but for program.constants, which are its end: for a caller that writes files in its own way.
std::vector<uint8_t> program_file_head(const Program& program);
Program load_program(const std::string& path);  // or from a pipe; throws ProgramFileError

// Checks what every executor may then rely on: each instruction decodes, addresses and extents lie inside the
// machine's memories, banks, channels, tokens, elements and pattern counts are in range, the array's output
// stage is used only as far as the machine has it, layer indices exist, placements lie in memory. Throws
// ProgramFileError with the instruction's index and mnemonic.
void verify_program(const Program& program);

// The first field in which two machines differ, as "l2_bytes is 229376, the program needs 458752"; empty if
// none.
std::string machine_difference(const Machine& program_machine, const Machine& machine);

}  // namespace mmasim::isa
