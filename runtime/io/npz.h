// NumPy's .npz archives: a zip file of .npy members, stored or deflated. No zip64, no encryption, no other
// method. Written they are stored.
#pragma once

#include <iosfwd>
#include <map>
#include <string>

#include "runtime/io/npy.h"

namespace mmasim::runtime {

// Members by their names without ".npy". The sizes of all members are checked, together and each against its
// own header, before memory is taken for values.
std::map<std::string, NpyArray> read_npz(const std::string& path);
std::map<std::string, NpyArray> parse_npz(const uint8_t* data, uint64_t size_bytes,
                                          const std::string& source);

// Throws UserError for members that the format cannot hold. Whether they could be written is the stream's to
// say; source names it in messages.
void write_npz(std::ostream& out, const std::map<std::string, NpyArray>& members, const std::string& source);

}  // namespace mmasim::runtime
