// The reference page of the instruction set, from the field tables.
#pragma once

#include <string>

namespace mmasim::isa {

std::string describe_isa_markdown();
std::string describe_isa_json();

}  // namespace mmasim::isa
