// Layout of a program file, little endian throughout:
//
//   magic "MMAPROG\0"   8 bytes
//   version             4 bytes
//   checksum            4 bytes   CRC-32 of all that follows
//   file size           8 bytes   of the whole file
//   sections, in the order below: tag (4 letters), payload size (8 bytes), payload
//
// A table (program_tables.h) is its fields one after another: integers as wide as the table says, floats as
// the 8 bytes of a binary64, strings and vectors as a 4-byte count and their elements. Any change of a table
// is a new version.
#pragma once

#include <cstddef>
#include <cstdint>

namespace mmasim::isa {

constexpr char kMagic[8] = {'M', 'M', 'A', 'P', 'R', 'O', 'G', '\0'};
constexpr uint32_t kProgramFileVersion = 3;
constexpr size_t kChecksumAt = 12;
constexpr size_t kCheckedFrom = 16;
constexpr size_t kHeaderBytes = 24;

constexpr char kMachineTag[] = "MACH";    // the machine's table
constexpr char kProgramTag[] = "PROG";    // the program's table, then its instruction count (8 bytes)
constexpr char kLayersTag[] = "LAYR";     // a count, then a table each
constexpr char kTensorsTag[] = "TENS";    // inputs, outputs, intermediates: each a count, then a table each
constexpr char kCodeTag[] = "CODE";       // encoded instructions
constexpr char kConstantsTag[] = "CONS";  // bytes

}  // namespace mmasim::isa
