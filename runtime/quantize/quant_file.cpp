#include "runtime/quantize/quant_file.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <set>

#include "runtime/io/file_text.h"
#include "runtime/quantize/match.h"
#include "runtime/quantize/quant_keys.h"
#include "runtime/quantize/tidl_options.h"
#include "runtime/user_error.h"

namespace mmasim::runtime {

namespace {

constexpr size_t kMostNodes = 100000;  // aliases let a small file stand for a huge one

bool is_section(const std::string& path) {
  const auto& keys = quant_keys();
  return std::any_of(keys.begin(), keys.end(),
                     [&](const QuantKey& key) { return key.path.rfind(path + ".", 0) == 0; });
}

// A list of words is its words with commas between them.
std::string text_of(const YAML::Node& value) {
  if (value.IsScalar()) return value.Scalar();
  if (value.IsMap()) return "a mapping";
  std::string list;
  for (const auto& each : value) {
    if (!each.IsScalar()) return "a list of more than words";
    list += (list.empty() ? "" : ",") + each.Scalar();
  }
  return list;
}

class Reader {
 public:
  explicit Reader(const std::string& name) : name_(name) {}

  QuantFile read(const std::string& text) {
    try {
      const auto documents = YAML::LoadAll(text);
      if (documents.size() != 1 || !documents.front().IsMap()) {
        result_.faults.push_back(name_ + ": expected one mapping of keys (about, preset, weight, act, ...)");
      } else {
        read_document(documents.front());
      }
    } catch (const YAML::Exception& error) {
      fault(error.mark, "not YAML: " + error.msg);
    }
    return std::move(result_);
  }

 private:
  std::string place(const YAML::Mark& mark) const {
    if (mark.is_null()) return name_ + ":1:1";
    return name_ + ":" + std::to_string(mark.line + 1) + ":" + std::to_string(mark.column + 1);
  }
  void fault(const YAML::Mark& mark, const std::string& text) {
    result_.faults.push_back(place(mark) + ": " + text);
  }

  // `quant:` may stand around all keys.
  void read_document(const YAML::Node& root) {
    const YAML::Node inner = root.size() == 1 ? root["quant"] : YAML::Node(YAML::NodeType::Undefined);
    read_pairs(inner.IsDefined() && inner.IsMap() ? inner : root,
               [&](const auto& key, const auto& mark, const auto& value) {
                 if (key == "about") {
                   result_.about = word(key, mark, value);
                 } else if (key == "preset") {
                   set_preset(word(key, mark, value), mark);
                 } else if (key == "overrides") {
                   read_overrides(mark, value);
                 } else if (key == "tidl_options") {
                   read_tidl_options("", mark, value);
                 } else {
                   read_setting(key, mark, value, result_.settings);
                 }
               });
  }

  template <class Visit>
  void read_pairs(const YAML::Node& mapping, Visit&& visit) {
    std::set<std::string> seen;
    for (const auto& pair : mapping) {
      if (++nodes_ > kMostNodes) return;
      const YAML::Mark mark = pair.first.Mark();
      if (!pair.first.IsScalar()) {
        fault(mark, "expected a key");
      } else if (!seen.insert(pair.first.Scalar()).second) {
        fault(mark, "key '" + pair.first.Scalar() + "' is given twice");
      } else {
        visit(pair.first.Scalar(), mark, pair.second);
      }
    }
  }

  std::string word(const std::string& key, const YAML::Mark& mark, const YAML::Node& value) {
    if (value.IsScalar() && !value.Scalar().empty()) return value.Scalar();
    fault(mark, key + " is " + (value.IsNull() ? "empty" : text_of(value)) + "; expected a text");
    return "";
  }

  void read_setting(const std::string& path, const YAML::Mark& mark, const YAML::Node& value,
                    std::vector<QuantSetting>& settings) {
    if (value.IsMap() && is_section(path)) {
      read_pairs(value, [&](const std::string& key, const YAML::Mark& at, const YAML::Node& inner) {
        read_setting(path + "." + key, at, inner, settings);
      });
      return;
    }
    const QuantKey* const key = find_quant_key(path);
    if (key == nullptr) {
      fault(mark, is_section(path) ? "section '" + path + "' is not a mapping of keys"
                                   : unknown_quant_key_text(path));
      return;
    }
    const std::string text = value.IsNull() ? "" : text_of(value);
    const std::string wrong = key->fault(text);
    if (wrong.empty()) {
      settings.push_back({path, text, place(mark)});
    } else {
      fault(value.IsNull() ? mark : value.Mark(), wrong);
    }
  }

  void set_preset(const std::string& preset, const YAML::Mark& mark) {
    if (!result_.preset.empty())
      fault(mark, "the preset is given twice, as '" + result_.preset + "' and '" + preset + "'");
    result_.preset = preset;
  }

  // One behind the other, each once.
  void add_correction(const std::string& name, const std::string& at) {
    auto& settings = result_.settings;
    const auto found = std::find_if(settings.begin(), settings.end(),
                                    [](const QuantSetting& each) { return each.key == "corrections"; });
    if (found == settings.end()) {
      settings.push_back({"corrections", name, at});
    } else if (("," + found->value + ",").find("," + name + ",") == std::string::npos) {
      found->value += "," + name;
    }
  }

  // Options under `advanced_options` are named with it.
  void read_tidl_options(const std::string& group, const YAML::Mark& mark, const YAML::Node& value) {
    if (!value.IsMap()) return fault(mark, "tidl_options is not a mapping of TIDL's options");
    read_pairs(value, [&](const std::string& key, const YAML::Mark& at, const YAML::Node& inner) {
      if (group.empty() && key == "advanced_options")
        return read_tidl_options("advanced_options:", at, inner);
      const std::string name = group + key;
      const TidlMeaning meaning =
          meaning_of_tidl_option(name, inner.IsNull() ? "" : text_of(inner), place(at));
      const std::string shown = "tidl_options." + name.substr(0, 64);
      if (!meaning.fault.empty()) fault(at, shown + " " + meaning.fault);
      if (!meaning.note.empty())
        result_.notes.push_back(place(at) + ": " + shown + " has no meaning here: " + meaning.note);
      if (meaning.preset) set_preset(*meaning.preset, at);
      for (const auto& correction : meaning.corrections) add_correction(correction, place(at));
      result_.settings.insert(result_.settings.end(), meaning.settings.begin(), meaning.settings.end());
      result_.overrides.insert(result_.overrides.end(), meaning.overrides.begin(), meaning.overrides.end());
    });
  }

  void read_overrides(const YAML::Mark& mark, const YAML::Node& list) {
    if (!list.IsSequence()) {
      fault(mark, "overrides is no list of {match: ..., key: value}");
      return;
    }
    for (const auto& each : list) {
      if (!each.IsMap()) {
        fault(each.Mark(), "expected an override, {match: \"name:conv1|op:Softmax\", weight: {bits: 16}}");
        continue;
      }
      QuantOverride override{"", place(each.Mark()), {}};
      read_pairs(each, [&](const std::string& key, const YAML::Mark& at, const YAML::Node& value) {
        if (key != "match") return read_setting(key, at, value, override.settings);
        override.match = word(key, at, value);
        const std::string wrong = override.match.empty() ? "" : fault_of_match(override.match);
        if (!wrong.empty()) fault(value.Mark(), wrong);
      });
      if (override.match.empty())
        fault(each.Mark(), "an override without 'match' says of no node what it changes");
      result_.overrides.push_back(std::move(override));
    }
  }

  const std::string& name_;
  QuantFile result_;
  size_t nodes_ = 0;
};

}  // namespace

QuantFile read_quant_text(const std::string& text, const std::string& name) {
  return Reader(name).read(text);
}

QuantFile read_quant_file(const std::string& file, const std::string& name) {
  return read_quant_text(read_file_text(file, "quantization file"), name);
}

bool looks_like_quant_text(const std::string& text) {
  try {
    const YAML::Node root = YAML::Load(text);
    if (!root.IsMap()) return false;
    for (const auto& pair : root) {
      const std::string key = pair.first.IsScalar() ? pair.first.Scalar() : "";
      for (const char* known : {"about", "preset", "overrides", "quant", "tidl_options"})
        if (key == known) return true;
      if (find_quant_key(key) != nullptr || is_section(key)) return true;
    }
  } catch (const YAML::Exception&) {
  }
  return false;
}

QuantOption quant_option(const std::string& text) {
  const auto equals = text.find('='), at = std::min(text.find('@'), equals);
  const bool is_of_some = at < equals;
  const std::string path = text.substr(0, at), place = "--set-quant " + path.substr(0, 64);
  if (equals == std::string::npos) throw UserError(place + ": expected key=value or key@match=value");
  const QuantKey* const key = find_quant_key(path);
  if (key == nullptr) throw UserError(place + ": " + unknown_quant_key_text(path));
  const std::string match = is_of_some ? text.substr(at + 1, equals - at - 1) : "";
  std::string wrong = is_of_some ? fault_of_match(match) : "";
  const std::string value = text.substr(equals + 1);
  if (wrong.empty()) wrong = key->fault(value);
  if (!wrong.empty()) throw UserError(place + ": " + wrong);
  return {match, {path, value, is_of_some ? place + "@" + match.substr(0, 64) : place}};
}

}  // namespace mmasim::runtime
