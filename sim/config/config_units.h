// Numbers with units in a configuration: "448 KiB" for a key in bytes, "1 GHz" for a key in MHz, "64
// B/cycle". A plain number is in the key's own unit. Another dimension is an error.
#pragma once

#include <optional>
#include <string>

namespace mmasim::sim {

struct UnitFault {
  enum class Kind { not_a_number, wrong_unit } kind;
};

struct ParsedNumber {
  std::optional<double> value;  // in the key's unit; none: see fault
  std::optional<UnitFault> fault;
};

ParsedNumber parse_number(const std::string& text, const std::string& key_unit);

std::string allowed_units(const std::string& key_unit);  // "B, KiB, MiB, GiB"; "" for a key without unit

}  // namespace mmasim::sim
