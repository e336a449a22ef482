#include "sim/sweep/sweep_file.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <set>

#include "isa/kit/nearest_word.h"
#include "runtime/io/file_text.h"
#include "runtime/user_error.h"
#include "sim/config/config.h"
#include "sim/config/config_entries.h"
#include "sim/config/config_schema.h"
#include "sim/config/config_shorthands.h"

namespace mmasim::sim {
namespace {

using runtime::UserError;

constexpr size_t kMostValues = 100000;  // of one list; aliases let a small file stand for a huge one

// A word of the request's tables or a number of its data: judged by those tables.
ordered_json json_of_scalar(const std::string& text) {
  const bool is_number = text.find_first_not_of("+-.0123456789eE") == std::string::npos;
  const auto number = is_number ? ordered_json::parse(text, nullptr, false) : ordered_json();
  return number.is_number() ? number : ordered_json(text);
}

std::string request_fault(const ordered_json& part) {
  try {
    from_json(request_keys(), part, "", Absent::is_default);
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

class Reader;
struct FileKey {
  const char* name;
  const char* sentence;
  std::function<void(Reader&, const YAML::Node&)> read;
};
const std::vector<FileKey>& file_keys();

class Reader {
 public:
  Reader(const std::string& file, CheckedSweep& checked)
      : file_(file), folder_(std::filesystem::path(file).parent_path()), checked_(checked) {}

  void read_document(const YAML::Node& root) {
    if (!root.IsMap()) return fault(root, "expected keys (network, config, set, ...), each with its list");
    std::vector<std::string> names;
    for (const auto& key : file_keys()) names.emplace_back(key.name);
    for_each_pair(root, [&](const std::string& name, const YAML::Node& key_node, const YAML::Node& value) {
      const auto& keys = file_keys();
      const auto key =
          std::find_if(keys.begin(), keys.end(), [&](const auto& each) { return each.name == name; });
      if (key != keys.end()) return key->read(*this, value);
      fault(key_node, "unknown key '" + name + "'; did you mean '" + isa::nearest_word(name, names) + "'?");
    });
    if (!root["network"]) fault(root, "key 'network' is missing");
  }

  void fault(const YAML::Node& node, const std::string& text) { fault(node.Mark(), text); }
  void fault(const YAML::Mark& mark, const std::string& text) {
    const auto line = mark.is_null() ? 1 : mark.line + 1, column = mark.is_null() ? 1 : mark.column + 1;
    checked_.faults.push_back(file_ + ":" + std::to_string(line) + ":" + std::to_string(column) + ": " +
                              text);
  }

  SweepFile& sweep() { return checked_.sweep; }

  // A list of texts, or one text; read(text, node) judges each.
  void read_texts(const YAML::Node& node,
                  const std::function<void(const std::string&, const YAML::Node&)>& read) {
    if (node.IsScalar()) return read(node.Scalar(), node);
    if (!node.IsSequence() || node.size() == 0) return fault(node, "expected a value or a list of values");
    if (node.size() > kMostValues) return fault(node, "more than " + std::to_string(kMostValues) + " values");
    for (const auto& each : node) {
      if (each.IsScalar()) {
        read(each.Scalar(), each);
      } else {
        fault(each, "expected a value");
      }
    }
  }

  void read_list(const YAML::Node& node, std::vector<std::string>& list,
                 const std::function<std::string(const std::string&, const YAML::Node&)>& value_of) {
    list.clear();
    read_texts(node,
               [&](const std::string& text, const YAML::Node& at) { list.push_back(value_of(text, at)); });
  }

  // From the working directory as on the command line, else from the sweep's own folder.
  std::string path(const std::string& text, const YAML::Node&) const {
    std::error_code ignored;
    const auto beside = folder_ / text;
    const bool is_beside =
        !std::filesystem::exists(text, ignored) && std::filesystem::exists(beside, ignored);
    return is_beside ? beside.string() : text;
  }

  // A word of a request: at `group`.`name` of it, or at `name`.
  std::string word(const char* group, const char* name, const std::string& text, const YAML::Node& node) {
    const ordered_json leaf{{name, text}};
    const auto said = request_fault(*group == '\0' ? leaf : ordered_json{{group, leaf}});
    if (!said.empty()) fault(node, said);
    return text;
  }

  void read_set_value(const std::string& key, const std::string& text, const YAML::Node& node) {
    const auto said = config_value_fault(key, text);
    if (!said.empty()) fault(node, said);
  }

  bool knows(const std::string& key, const YAML::Node& node) {
    if (find_config_key(key) != nullptr || find_config_shorthand(key) != nullptr) return true;
    fault(node, unknown_key_text(key));
    return false;
  }

  void read_grid(const YAML::Node& node) {
    for_each_pair(node, [&](const std::string& key, const YAML::Node& key_node, const YAML::Node& values) {
      if (!knows(key, key_node)) return;
      std::vector<std::string> texts;
      read_list(values, texts, [&](const std::string& text, const YAML::Node& at) {
        read_set_value(key, text, at);
        return text;
      });
      sweep().set.emplace_back(key, std::move(texts));
    });
  }

  void read_data(const YAML::Node& node) {
    ordered_json data = ordered_json::object();
    for_each_pair(node, [&](const std::string& name, const YAML::Node& key_node, const YAML::Node& value) {
      ordered_json one = ordered_json::object();
      if (value.IsSequence()) {
        one[name] = ordered_json::array();
        read_texts(value, [&](const std::string& text, const YAML::Node&) { one[name].push_back(text); });
      } else {
        one[name] = value.IsNull() ? ordered_json() : json_of_scalar(value.as<std::string>(""));
      }
      const auto said = request_fault({{"data", one}});
      if (!said.empty()) return fault(key_node, said);
      data[name] = one[name];
    });
    if (request_fault({{"data", data}}).empty()) {
      sweep().data = from_json(request_keys(), ordered_json{{"data", data}}, "", Absent::is_default).data;
    }
  }

  void read_points(const YAML::Node& node) {
    if (!node.IsSequence() || node.size() == 0)
      return fault(node, "expected a list of points, each a mapping");
    for (const auto& point : node) read_point(point);
  }

 private:
  template <class Visit>
  void for_each_pair(const YAML::Node& node, const Visit& visit) {
    if (!node.IsMap()) return fault(node, "expected a mapping of keys");
    std::set<std::string> seen;
    for (const auto& pair : node) {
      if (!pair.first.IsScalar()) {
        fault(pair.first, "expected a key");
      } else if (!seen.insert(pair.first.Scalar()).second) {
        fault(pair.first, "key '" + pair.first.Scalar() + "' is given twice");
      } else {
        visit(pair.first.Scalar(), pair.first, pair.second);
      }
    }
  }

  void read_override(PointOverrides& point, const std::string& key, const YAML::Node& key_node,
                     const YAML::Node& value) {
    if (!knows(key, key_node)) return;
    if (!value.IsScalar()) return fault(value, "a point has one value of every key");
    read_set_value(key, value.Scalar(), value);
    point.set.push_back(key + "=" + value.Scalar());
  }

  void read_point(const YAML::Node& node) {
    PointOverrides point;
    for_each_pair(node, [&](const std::string& name, const YAML::Node& key_node, const YAML::Node& value) {
      if (name == "set") {
        for_each_pair(value, [&](const std::string& key, const YAML::Node& at, const YAML::Node& each) {
          read_override(point, key, at, each);
        });
      } else if (name.find('.') != std::string::npos) {
        read_override(point, name, key_node, value);
      } else if (!value.IsScalar()) {
        fault(value, "a point has one value of every key");
      } else {
        read_choice(point, name, key_node, value);
      }
    });
    sweep().points.push_back(std::move(point));
  }

  void read_choice(PointOverrides& point, const std::string& name, const YAML::Node& key_node,
                   const YAML::Node& value) {
    const auto& text = value.Scalar();
    if (name == "network") {
      point.network = path(text, value);
    } else if (name == "config") {
      point.config = path(text, value);
    } else if (name == "quant") {
      point.quant = text;
    } else if (name == "precision") {
      point.precision = word("quant", "precision", text, value);
    } else if (name == "mode") {
      point.mode = word("", "mode", text, value);
    } else {
      const std::vector<std::string> known{"network", "config", "set", "quant", "precision", "mode"};
      fault(key_node, "unknown key '" + name + "' of a point; did you mean '" +
                          isa::nearest_word(name, known) +
                          "'? (a configuration key is written whole: l2.size_bytes)");
    }
  }

  const std::string& file_;
  const std::filesystem::path folder_;
  CheckedSweep& checked_;
};

const std::vector<FileKey>& file_keys() {
  static const std::vector<FileKey> keys{
      {"network", "ONNX files",
       [](Reader& reader, const YAML::Node& node) {
         reader.read_list(node, reader.sweep().networks,
                          [&](const auto& text, const auto& at) { return reader.path(text, at); });
       }},
      {"config", "hardware configurations; the TDA4VM's if left out",
       [](Reader& reader, const YAML::Node& node) {
         reader.read_list(node, reader.sweep().configs,
                          [&](const auto& text, const auto& at) { return reader.path(text, at); });
       }},
      {"set", "a mapping of configuration keys to lists of values: their product",
       [](Reader& reader, const YAML::Node& node) { reader.read_grid(node); }},
      {"precision", "precisions; int8 if left out",
       [](Reader& reader, const YAML::Node& node) {
         reader.read_list(node, reader.sweep().precisions, [&](const auto& text, const auto& at) {
           return reader.word("quant", "precision", text, at);
         });
       }},
      {"quant", "quantization presets",
       [](Reader& reader, const YAML::Node& node) {
         reader.read_list(node, reader.sweep().quants, [](const auto& text, const auto&) { return text; });
       }},
      {"mode", "timing-only (default), full or functional-only",
       [](Reader& reader, const YAML::Node& node) {
         if (!node.IsScalar()) return reader.fault(node, "expected one mode");
         reader.sweep().mode = reader.word("", "mode", node.Scalar(), node);
       }},
      {"data",
       "what networks are fed in mode full: seed, random_weights, calibration, inputs, dataset, limit",
       [](Reader& reader, const YAML::Node& node) { reader.read_data(node); }},
      {"points",
       "single points beside the grid of `set`: each a mapping of configuration keys to one value, or of "
       "network, "
       "config, precision, quant and mode",
       [](Reader& reader, const YAML::Node& node) { reader.read_points(node); }},
  };
  return keys;
}

}  // namespace

CheckedSweep check_sweep_text(const std::string& text, const std::string& file) {
  CheckedSweep checked;
  Reader reader(file, checked);
  try {
    const auto documents = YAML::LoadAll(text);
    if (documents.size() == 1) {
      reader.read_document(documents.front());
    } else {
      reader.fault(YAML::Mark(), documents.empty() ? "is empty" : "holds more than one document");
    }
  } catch (const YAML::Exception& error) {
    reader.fault(error.mark, "not YAML: " + error.msg);
  }
  return checked;
}

CheckedSweep check_sweep_file(const std::string& file) {
  return check_sweep_text(runtime::read_file_text(file, "sweep"), file);
}

SweepFile load_sweep_file(const std::string& file) {
  auto checked = check_sweep_file(file);
  if (!checked.faults.empty()) throw UserError(checked.faults.front());
  return std::move(checked.sweep);
}

bool looks_like_sweep_text(const std::string& text) {
  try {
    const auto root = YAML::Load(text);
    if (!root.IsMap()) return false;
    const auto& keys = file_keys();
    return std::any_of(keys.begin(), keys.end(), [&](const auto& key) {
      const auto value = root[key.name];  // a quantization file may have a mapping `quant`
      return value && (std::string(key.name) != "quant" || !value.IsMap());
    });
  } catch (const YAML::Exception&) {
    return false;
  }
}

std::vector<SweepKeyLine> sweep_file_keys() {
  std::vector<SweepKeyLine> lines;
  for (const auto& key : file_keys()) lines.push_back({key.name, key.sentence});
  return lines;
}

}  // namespace mmasim::sim
