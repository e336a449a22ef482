// What a program's order promises: that no instruction reads bytes which nobody has written before it, that
// every count waited for is reached, and that every output is written. "Before" is what tokens say, not what
// a fast memory would get away with. Relies on verify_program(); knows no values and no time.
#pragma once

#include "isa/program.h"

namespace mmasim::isa {

// Of a program that lowering made it is also asked that tables come in one piece and do not run into each
// other: a table that is too short then shows, whatever lies behind it.
enum class MadeBy { lowering, anyone };

// Throws ProgramFileError with the instruction and the first byte or token that is missing.
void verify_dataflow(const Program& program, MadeBy made_by);

}  // namespace mmasim::isa
