#include "sim/config/config_schema.h"

#include <fmt/format.h>

#include <cstring>
#include <stdexcept>
#include <type_traits>

namespace mmasim::sim {
namespace {

using models::SocConfig;

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
  using Value = std::decay_t<decltype(part(std::declval<SocConfig&>()).*member)>;
  using Stored = std::conditional_t<kind_of<Value>() == ConfigKind::whole, uint64_t, Value>;
  key.kind = kind_of<Value>();
  key.set = [part, member](SocConfig& config, const ConfigValue& value) {
    part(config).*member = static_cast<Value>(std::get<Stored>(value));
  };
  key.get = [part, member](const SocConfig& config) -> ConfigValue {
    return static_cast<Stored>(part(const_cast<SocConfig&>(config)).*member);
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
// sentence are isa/machine.h's.
struct Promise {
  const char* field;  // of isa::Machine
  const char* section;
  const char* name;
  double min, max;
  bool is_flag = false;  // 0 or 1 in the machine, false or true here
};

constexpr double kKibibyte = 1024, kMebibyte = 1024 * kKibibyte, kGibibyte = 1024 * kMebibyte;

constexpr Promise kPromises[] = {
    {"tokens", "soc", "tokens", 2, 65535},
    {"array_bytes", "mma", "array_bytes", 8, 128},
    {"b_banks", "mma", "b_banks", 1, 16},
    {"c_banks", "mma", "c_banks", 1, 16},
    {"multiplier_bits", "mma.output", "multiplier_bits", 0, 31},
    {"per_lane_shift", "mma.output", "per_lane_shift", 0, 1, true},
    {"has_output_zero_point", "mma.output", "zero_point", 0, 1, true},
    {"has_output_clip", "mma.output", "clip", 0, 1, true},
    {"half_up_only", "mma.output", "half_up_only", 0, 1, true},
    {"max_shift", "mma.output", "max_shift_bits", 1, 127},
    {"vector_bytes", "dsp", "vector_bytes", 8, 256},
    {"l2_bytes", "l2", "size_bytes", 8 * kKibibyte, 256 * kMebibyte},
    {"l3_bytes", "l3", "size_bytes", 0, kGibibyte},
    {"dma_channels", "dma", "channels", 1, 64},
    {"dma_queue_entries", "dma", "queue_entries", 1, 65536},
    {"ddr_bytes", "ddr", "size_bytes", kMebibyte, 64 * kGibibyte},
};

template <class Entry>
void make_flag(ConfigKey& key, const Entry& entry) {
  const auto member = entry.member;
  key.kind = ConfigKind::flag;
  key.set = [member](SocConfig& config, const ConfigValue& value) {
    using Value = std::decay_t<decltype(config.machine.*member)>;
    config.machine.*member = static_cast<Value>(std::get<bool>(value) ? 1 : 0);
  };
  key.get = [member](const SocConfig& config) -> ConfigValue { return config.machine.*member != 0; };
}

size_t add_promises(ConfigSection& section) {
  size_t added = 0;
  for (const auto& promise : kPromises) {
    if (section.path != promise.section) continue;
    isa::for_each_field<isa::Machine>([&](const auto& entry) {
      if (std::strcmp(entry.name, promise.field) != 0) return;
      ConfigKey key{section.path, promise.name, entry.unit,     {}, promise.min,
                    promise.max,  {},           entry.sentence, {}, {}};
      bind(
          key, [](SocConfig& config) -> isa::Machine& { return config.machine; }, entry.member);
      if (promise.is_flag) make_flag(key, entry);
      section.keys.push_back(key);
      ++added;
    });
  }
  return added;
}

ConfigSection soc_section() {
  ConfigSection section{"soc", "The part as a whole.", {}};
  const auto soc = [](SocConfig& config) -> SocConfig& { return config; };
  add_key(section, soc, &SocConfig::name, "name", "", 0, 0, "name of the configuration, as reports show it");
  section.keys.back().set = [](SocConfig& config, const ConfigValue& value) {
    config.name = std::get<std::string>(value);
    config.machine.name = config.name;
  };
  add_key(section, soc, &SocConfig::core_clock_mhz, "core_clock_mhz", "MHz", 1, 10000,
          "clock of the core, the array, the DMA engine, the interconnect and the on-chip memories "
          "(hardware.md 1)");
  add_key(section, soc, &SocConfig::cores, "cores", "", 1, 16,
          "cores that run the network, each on its own input and with array, vector core, DMA engine, L2 and "
          "l3.size_bytes of L3 of its own; they share the ports of L3 and the DDR");
  return section;
}

#define MMASIM_PART(member) [](SocConfig& config) -> decltype(auto) { return (config.member); }

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
      [](auto& section) { add_table<models::ScheduleConfig>(section, MMASIM_PART(schedule)); });
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
