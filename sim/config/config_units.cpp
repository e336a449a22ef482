#include "sim/config/config_units.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <vector>

namespace mmasim::sim {
namespace {

struct Unit {
  const char* name;
  const char* dimension;
  double in_smallest;  // of the smallest unit of its dimension: whole, so that conversions of whole numbers
                       // are exact
  bool shown;          // in error messages; others are spellings
};

constexpr std::array kUnits{
    Unit{"B", "bytes", 1, true},         Unit{"bytes", "bytes", 1, false},
    Unit{"byte", "bytes", 1, false},     Unit{"KiB", "bytes", 1024, true},
    Unit{"MiB", "bytes", 1048576, true}, Unit{"GiB", "bytes", 1073741824, true},
    Unit{"bits", "bits", 1, true},       Unit{"bit", "bits", 1, false},
    Unit{"cycles", "cycles", 1, true},   Unit{"cycle", "cycles", 1, false},
    Unit{"Hz", "frequency", 1, true},    Unit{"kHz", "frequency", 1e3, true},
    Unit{"MHz", "frequency", 1e6, true}, Unit{"GHz", "frequency", 1e9, true},
    Unit{"ps", "time", 1, true},         Unit{"ns", "time", 1e3, true},
    Unit{"us", "time", 1e6, true},       Unit{"ms", "time", 1e9, true},
    Unit{"fJ", "energy", 1, true},       Unit{"pJ", "energy", 1e3, true},
    Unit{"nJ", "energy", 1e6, true},     Unit{"uW", "power", 1, true},
    Unit{"mW", "power", 1e3, true},      Unit{"W", "power", 1e6, true},
    Unit{"MT", "transfers", 1, true},    Unit{"GT", "transfers", 1e3, true},
};

const Unit* find_unit(const std::string& name) {
  const auto found =
      std::find_if(kUnits.begin(), kUnits.end(), [&](const Unit& unit) { return name == unit.name; });
  return found == kUnits.end() ? nullptr : &*found;
}

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

struct Ratio {  // "bytes/cycle": a unit and what it is counted per, or nothing
  std::string numerator, denominator;
};

Ratio split(const std::string& unit) {
  const auto slash = unit.find('/');
  if (slash == std::string::npos) return {trimmed(unit), ""};
  return {trimmed(unit.substr(0, slash)), trimmed(unit.substr(slash + 1))};
}

bool same_unit(const std::string& a, const std::string& b) {
  const auto* first = find_unit(a);
  const auto* second = find_unit(b);
  if (!first || !second) return a == b;
  return std::string(first->dimension) == second->dimension && first->in_smallest == second->in_smallest;
}

std::optional<double> converted(double number, const std::string& given, const std::string& wanted) {
  if (given == wanted) return number;
  const auto from = split(given), to = split(wanted);
  if (!same_unit(from.denominator, to.denominator)) return std::nullopt;
  const auto* from_unit = find_unit(from.numerator);
  const auto* to_unit = find_unit(to.numerator);
  if (!from_unit || !to_unit || std::string(from_unit->dimension) != to_unit->dimension) return std::nullopt;
  return number * from_unit->in_smallest / to_unit->in_smallest;
}

// The length of the decimal number that `text` begins with; 0: none. Neither hexadecimal nor nan nor inf.
size_t number_length(const std::string& text) {
  size_t end = 0;
  const auto digits = [&] {
    const size_t begin = end;
    while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
    return end - begin;
  };
  if (end < text.size() && (text[end] == '-' || text[end] == '+')) ++end;
  size_t mantissa = digits();
  if (end < text.size() && text[end] == '.') {
    ++end;
    mantissa += digits();
  }
  if (mantissa == 0) return 0;
  const size_t before_exponent = end;
  if (end < text.size() && (text[end] == 'e' || text[end] == 'E')) {
    ++end;
    if (end < text.size() && (text[end] == '-' || text[end] == '+')) ++end;
    if (digits() == 0) end = before_exponent;
  }
  return end;
}

}  // namespace

ParsedNumber parse_number(const std::string& text, const std::string& key_unit) {
  const std::string trimmed_text = trimmed(text);
  const size_t length = number_length(trimmed_text);
  if (length == 0) return {std::nullopt, UnitFault{UnitFault::Kind::not_a_number}};
  const double number = std::strtod(trimmed_text.substr(0, length).c_str(), nullptr);
  const std::string unit = trimmed(trimmed_text.substr(length));
  if (!std::isfinite(number)) return {std::nullopt, UnitFault{UnitFault::Kind::not_a_number}};
  if (unit.empty()) return {number, std::nullopt};
  const auto value = converted(number, unit, key_unit);
  if (!value) return {std::nullopt, UnitFault{UnitFault::Kind::wrong_unit}};
  return {value, std::nullopt};
}

std::string allowed_units(const std::string& key_unit) {
  if (key_unit.empty()) return "";
  const auto ratio = split(key_unit);
  const auto* own = find_unit(ratio.numerator);
  if (!own) return key_unit;
  std::string text;
  for (const auto& unit : kUnits) {
    if (!unit.shown || std::string(unit.dimension) != own->dimension) continue;
    text += (text.empty() ? "" : ", ") + std::string(unit.name);
    if (!ratio.denominator.empty()) text += "/" + ratio.denominator;
  }
  return text;
}

}  // namespace mmasim::sim
