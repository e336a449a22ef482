#include "sim/config/config_shorthands.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "sim/config/config_schema.h"
#include "sim/config/config_units.h"

namespace mmasim::sim {
namespace {

constexpr const char* kRate = "ddr.rate_mtps";
constexpr const char* kCopies = "ddr.copies";

// What a DRAM needs by the nanosecond. The rest of its timing follows its clock: bursts, turns of the bus.
constexpr const char* kTimesOfDevice[] = {"ddr.cl_cycles",   "ddr.cwl_cycles",  "ddr.trcd_cycles",
                                          "ddr.trp_cycles",  "ddr.tras_cycles", "ddr.trrd_cycles",
                                          "ddr.tfaw_cycles", "ddr.twtr_cycles", "ddr.twr_cycles",
                                          "ddr.trtp_cycles", "ddr.trfc_cycles", "ddr.trefi_cycles"};

class Expansion {
 public:
  Expansion(ConfigEntries& own, const ConfigEntries& below) : own_(own), below_(below) {}

  void expand(const ConfigShorthand& shorthand) {
    const auto found = own_.values.find(shorthand.path);
    if (found == own_.values.end()) return;
    const auto entry = found->second;
    own_.values.erase(found);
    for (const auto& path : shorthand.stands_for) {
      if (own_.values.count(path) == 0) continue;
      own_.faults.push_back(
          {entry.place,
           fmt::format("{} stands beside {}, which it gives; leave out one of them", shorthand.path, path)});
      return;
    }
    const auto fault = shorthand_fault(shorthand, entry.text);
    if (!fault.empty()) {
      own_.faults.push_back({entry.place, fault});
      return;
    }
    place_ = entry.place;
    const double value = *parse_number(entry.text, shorthand.unit).value;
    if (shorthand.path == kRate) {
      set_rate(value);
    } else {
      multiply(static_cast<uint64_t>(value));
    }
  }

 private:
  // Of the values in force: nothing where there is none, or none that can be read.
  std::optional<double> number(const char* path) const {
    const auto found = below_.values.find(path);
    if (found == below_.values.end()) return std::nullopt;
    return parse_number(found->second.text, find_config_key(path)->unit).value;
  }

  void give(const char* path, std::string text) { own_.values[path] = {std::move(text), place_}; }

  void set_rate(double rate_mtps) {
    const double period_ns = kRateTimesPeriod / rate_mtps;
    give("ddr.clock_period_ns", fmt::format("{}", period_ns));
    const auto before_ns = number("ddr.clock_period_ns");
    if (!before_ns) return;
    constexpr double kGuard = 0.01;  // of a cycle: rates are rounded figures
    for (const auto* path : kTimesOfDevice) {
      const auto cycles = number(path);
      if (!cycles || own_.values.count(path) != 0) continue;
      give(path, fmt::format("{:.0f}", std::max(1.0, std::ceil(*cycles * *before_ns / period_ns - kGuard))));
    }
  }

  void multiply(uint64_t copies) {
    for (const auto* path : {"ddr.channels", "ddr.size_bytes", "interconnect.ddr_bytes_per_cycle"}) {
      if (const auto before = number(path))
        give(path, fmt::format("{:.0f}", *before * static_cast<double>(copies)));
    }
    const auto mapping = below_.values.find("ddr.address_mapping");
    if (copies > 1 && number("ddr.channels") == 1.0 && mapping != below_.values.end())
      give("ddr.address_mapping", in_turns(mapping->second.text));
  }

  // A mapping for several channels of one for a single one: they take turns every two bursts.
  static std::string in_turns(const std::string& mapping) {
    constexpr const char* kChannel = "channel";
    const auto at = mapping.find(kChannel);
    if (at == std::string::npos) return mapping;
    std::string others = mapping;
    others.erase(at, std::string(kChannel).size() + (at + std::string(kChannel).size() < mapping.size()));
    if (others.rfind("column ", 0) == 0) return "column:1 channel " + others;
    return std::string(kChannel) + " " + others;
  }

  ConfigEntries& own_;
  const ConfigEntries& below_;
  ConfigPlace place_;
};

std::vector<ConfigShorthand> make_shorthands() {
  std::vector<ConfigShorthand> all{
      {kRate,
       "MT/s",
       20,
       20000,
       false,
       {"ddr.clock_period_ns"},
       "data rate of the DRAM: 2000 / rate is ddr.clock_period_ns. Timing that is not given beside it keeps "
       "its nanoseconds, in cycles rounded up (cl, cwl, trcd, trp, tras, trrd, tfaw, twtr, twr, trtp, trfc, "
       "trefi)"},
      {kCopies,
       "",
       1,
       16,
       true,
       {"ddr.channels", "ddr.size_bytes", "ddr.address_mapping", "interconnect.ddr_bytes_per_cycle"},
       "so many of the DDR that the base, or the file, describes: its channels, its bytes and the link to it "
       "are multiplied; where it had one channel, the channels take turns every two bursts. A power of two"}};
  return all;
}

}  // namespace

const std::vector<ConfigShorthand>& config_shorthands() {
  static const std::vector<ConfigShorthand> all = make_shorthands();
  return all;
}

const ConfigShorthand* find_config_shorthand(const std::string& path) {
  for (const auto& shorthand : config_shorthands()) {
    if (shorthand.path == path) return &shorthand;
  }
  return nullptr;
}

std::string allowed_text(const ConfigShorthand& shorthand) {
  return fmt::format("{}..{}{}{}", shorthand.min, shorthand.max, shorthand.unit.empty() ? "" : " ",
                     shorthand.unit);
}

std::string shorthand_fault(const ConfigShorthand& shorthand, const std::string& text) {
  const auto parsed = parse_number(text, shorthand.unit);
  if (parsed.value && *parsed.value >= shorthand.min && *parsed.value <= shorthand.max &&
      (!shorthand.is_whole || *parsed.value == std::floor(*parsed.value)))
    return "";
  return fmt::format("{} is {}; expected a {}number, {}", shorthand.path, text.empty() ? "empty" : text,
                     shorthand.is_whole ? "whole " : "", allowed_text(shorthand));
}

void expand_shorthands(ConfigEntries& own, const ConfigEntries& below) {
  Expansion expansion(own, below);
  for (const auto& shorthand : config_shorthands()) expansion.expand(shorthand);
}

}  // namespace mmasim::sim
