#include "sim/config/config_schema.h"

#include <fmt/format.h>

#include <cstring>
#include <stdexcept>
#include <type_traits>

#include "isa/verify/machine_rules.h"

namespace mmasim::sim {
namespace {

template <class Member>
constexpr ConfigKind kind_of() {
  if constexpr (std::is_same_v<Member, bool>) {
    return ConfigKind::flag;
  } else if constexpr (std::is_same_v<Member, std::string>) {
    return ConfigKind::text;
  } else if constexpr (std::is_same_v<Member, double>) {
    return ConfigKind::real;
  } else {
    static_assert(std::is_same_v<Member, uint32_t> || std::is_same_v<Member, uint64_t>);
    return ConfigKind::whole;
  }
}

// Binds one member, reached by `part`, to a key.
template <class Part, class Member>
void bind(ConfigKey& key, Part part, Member member) {
  using Value = std::decay_t<decltype(part(std::declval<Configuration&>()).*member)>;
  using Stored = std::conditional_t<kind_of<Value>() == ConfigKind::whole, uint64_t, Value>;
  key.kind = kind_of<Value>();
  key.set = [part, member](Configuration& config, const ConfigValue& value) {
    part(config).*member = static_cast<Value>(std::get<Stored>(value));
  };
  key.get = [part, member](const Configuration& config) -> ConfigValue {
    return static_cast<Stored>(part(const_cast<Configuration&>(config)).*member);
  };
}

// All keys of a model's table.
template <class Struct, class Part>
void add_table(ConfigSection& section, Part part) {
  for_each_key<Struct>([&](const auto& entry) {
    ConfigKey key{section.path, entry.name, entry.unit, {}, entry.min, entry.max, {}, entry.sentence, {}, {}};
    bind(key, part, entry.member);
    section.keys.push_back(key);
  });
}

template <class Part, class Member>
void add_key(ConfigSection& section, Part part, Member member, const char* name, const char* unit, double min,
             double max, const char* sentence) {
  ConfigKey key{section.path, name, unit, {}, min, max, {}, sentence, {}, {}};
  bind(key, part, member);
  section.keys.push_back(key);
}

// What the machine promises to programs, said in the section of the part that keeps the promise. Unit and
// sentence are isa/machine.h's, bounds isa/verify/machine_rules.h's.
struct Promise {
  const char* field;  // of isa::Machine
  const char* section;
  const char* name;
};

constexpr Promise kPromises[] = {
    {"tokens", "soc", "tokens"},
    {"array_bytes", "mma", "array_bytes"},
    {"b_banks", "mma", "b_banks"},
    {"c_banks", "mma", "c_banks"},
    {"multiplier_bits", "mma.output", "multiplier_bits"},
    {"per_lane_shift", "mma.output", "per_lane_shift"},
    {"has_output_zero_point", "mma.output", "zero_point"},
    {"has_output_clip", "mma.output", "clip"},
    {"half_up_only", "mma.output", "half_up_only"},
    {"max_shift", "mma.output", "max_shift_bits"},
    {"vector_bytes", "dsp", "vector_bytes"},
    {"l2_bytes", "l2", "size_bytes"},
    {"l3_bytes", "l3", "size_bytes"},
    {"dma_channels", "dma", "channels"},
    {"dma_queue_entries", "dma", "queue_entries"},
    {"ddr_bytes", "ddr", "size_bytes"},
};

// 0 or 1 in the machine, false or true here.
bool is_flag(const isa::MachineBound& bound) { return bound.smallest == 0 && bound.largest == 1; }

template <class Entry>
void make_flag(ConfigKey& key, const Entry& entry) {
  const auto member = entry.member;
  key.kind = ConfigKind::flag;
  key.set = [member](Configuration& config, const ConfigValue& value) {
    using Value = std::decay_t<decltype(config.machine.*member)>;
    config.machine.*member = static_cast<Value>(std::get<bool>(value) ? 1 : 0);
  };
  key.get = [member](const Configuration& config) -> ConfigValue { return config.machine.*member != 0; };
}

size_t add_promises(ConfigSection& section) {
  size_t added = 0;
  for (const auto& promise : kPromises) {
    if (section.path != promise.section) continue;
    isa::for_each_field<isa::Machine>([&](const auto& entry) {
      if (std::strcmp(entry.name, promise.field) != 0) return;
      const auto& bound = isa::machine_bound(entry.name);
      ConfigKey key{section.path,
                    promise.name,
                    entry.unit,
                    {},
                    static_cast<double>(bound.smallest),
                    static_cast<double>(bound.largest),
                    {},
                    entry.sentence,
                    {},
                    {}};
      bind(
          key, [](Configuration& config) -> isa::Machine& { return config.machine; }, entry.member);
      if (is_flag(bound)) make_flag(key, entry);
      section.keys.push_back(key);
      ++added;
    });
  }
  return added;
}

ConfigSection soc_section() {
  ConfigSection section{"soc", "The part as a whole.", {}};
  const auto soc = [](Configuration& config) -> Configuration& { return config; };
  add_key(section, soc, &Configuration::name, "name", "", 0, 0,
          "name of the configuration, as reports show it");
  section.keys.back().set = [](Configuration& config, const ConfigValue& value) {
    config.name = std::get<std::string>(value);
    config.machine.name = config.name;
  };
  add_key(section, soc, &Configuration::core_clock_mhz, "core_clock_mhz", "MHz", 1, 10000,
          "clock of the core, the array, the DMA engine, the interconnect and the on-chip memories "
          "(hardware.md 1)");
  add_key(section, soc, &Configuration::cores, "cores", "", 1, 16,
          "cores that run the network, each on its own input and with array, vector core, DMA engine, L2 and "
          "l3.size_bytes of L3 of its own; they share the ports of L3 and the DDR");
  return section;
}

#define MMASIM_PART(member) [](Configuration& config) -> decltype(auto) { return (config.member); }

std::vector<ConfigSection> make_schema() {
  std::vector<ConfigSection> schema;
  size_t promises = 0;
  const auto add = [&](ConfigSection section, auto&& add_models_keys) {
    promises += add_promises(section);
    add_models_keys(section);
    schema.push_back(std::move(section));
  };
  add(soc_section(), [](auto&) {});
  add({"mma", "The matrix array.", {}},
      [](auto& section) { add_table<models::MmaConfig>(section, MMASIM_PART(mma)); });
  add({"mma.output", "The array's output stage: what it can do to an accumulator on its way to L2.", {}},
      [](auto&) {});
  add({"dsp", "The vector core that issues to the array and runs what the array cannot.", {}},
      [](auto& section) { add_table<models::DspConfig>(section, MMASIM_PART(dsp)); });
  add({"l2", "The core's scratchpad.", {}}, [](auto& section) {
    add_table<models::SramConfig>(section, MMASIM_PART(l2));
    add_table<models::BankConfig>(section, MMASIM_PART(l2_banks));
  });
  add({"l3", "The shared on-chip memory (MSMC).", {}},
      [](auto& section) { add_table<models::SramConfig>(section, MMASIM_PART(l3)); });
  add({"interconnect", "The links between the DMA engine, the core and the memories.", {}},
      [](auto& section) { add_table<models::InterconnectConfig>(section, MMASIM_PART(interconnect)); });
  add({"dma", "The DMA engine.", {}},
      [](auto& section) { add_table<models::DmaConfig>(section, MMASIM_PART(dma)); });
  add({"ddr", "The external memory and its controller; cycles of this section are the DRAM clock's.", {}},
      [](auto& section) { add_table<models::DramConfig>(section, MMASIM_PART(dram)); });
  add({"overhead", "Fixed costs of software that no instruction stands for.", {}},
      [](auto& section) { add_table<models::OverheadConfig>(section, MMASIM_PART(overhead)); });
  add({"schedule", "How the part's compiler cuts layers for the array.", {}},
      [](auto& section) { add_table<runtime::ScheduleRules>(section, MMASIM_PART(schedule)); });
  add({"energy", "Energy of single events: relative and uncalibrated.", {}},
      [](auto& section) { add_table<models::EnergyConfig>(section, MMASIM_PART(energy)); });
  constexpr size_t kFieldsOfMachine = isa::Machine::fields.size();
  if (promises != kFieldsOfMachine || std::size(kPromises) != kFieldsOfMachine) {
    throw std::logic_error(fmt::format("{} of {} machine fields have a key, {} are expected to", promises,
                                       kFieldsOfMachine, std::size(kPromises)));
  }
  for (auto& section : schema) {
    for (auto& key : section.keys) {
      if (key.path() == "ddr.page_policy") key.words = {"open", "closed"};
    }
  }
  return schema;
}

#undef MMASIM_PART

}  // namespace

const std::vector<ConfigSection>& config_schema() {
  static const std::vector<ConfigSection> schema = make_schema();
  return schema;
}

const ConfigKey* find_config_key(const std::string& path) {
  for (const auto& section : config_schema()) {
    for (const auto& key : section.keys) {
      if (key.path() == path) return &key;
    }
  }
  return nullptr;
}

std::string to_text(const ConfigValue& value) {
  return std::visit([](const auto& held) { return fmt::format("{}", held); }, value);
}

std::string allowed_text(const ConfigKey& key) {
  switch (key.kind) {
    case ConfigKind::flag:
      return "true or false";
    case ConfigKind::text:
      return key.words.empty() ? "a text" : fmt::format("{}", fmt::join(key.words, " or "));
    case ConfigKind::whole:
      return fmt::format("{}..{}{}{}", static_cast<uint64_t>(key.min), static_cast<uint64_t>(key.max),
                         key.unit.empty() ? "" : " ", key.unit);
    case ConfigKind::real:
      break;
  }
  return fmt::format("{}..{}{}{}", key.min, key.max, key.unit.empty() ? "" : " ", key.unit);
}

}  // namespace mmasim::sim
