// Requests as YAML: the same keys as in JSON (request.cpp), plain scalars read as JSON reads them.
#include <yaml-cpp/yaml.h>

#include <set>

#include "runtime/user_error.h"
#include "sim/experiment/request.h"

namespace mmasim::sim {
namespace {

using runtime::UserError;

// Aliases let a small file stand for a huge one.
constexpr size_t kMostNodes = 100000;
constexpr size_t kDeepest = 16;

ordered_json scalar_to_json(const YAML::Node& node) {
  const auto& text = node.Scalar();
  if (node.Tag() == "!") return text;  // quoted
  if (text == "true" || text == "false") return text == "true";
  const bool is_number = text.find_first_not_of("+-.0123456789eE") == std::string::npos;
  const auto number = is_number ? ordered_json::parse(text, nullptr, false) : ordered_json();
  return number.is_number() ? number : ordered_json(text);
}

class YamlToJson {
 public:
  ordered_json convert(const YAML::Node& node, size_t depth = 0) {
    if (++nodes_ > kMostNodes || depth > kDeepest) fail(node, "is larger than any request");
    if (node.IsMap()) return map_to_json(node, depth);
    if (node.IsNull() || !node.IsDefined()) return nullptr;
    if (node.IsScalar()) return scalar_to_json(node);
    ordered_json list = ordered_json::array();
    for (const auto& each : node) list.push_back(convert(each, depth + 1));
    return list;
  }

 private:
  [[noreturn]] static void fail(const YAML::Node& node, const std::string& text) {
    const auto mark = node.Mark();
    throw UserError(std::to_string(mark.line + 1) + ":" + std::to_string(mark.column + 1) + ": " + text);
  }

  ordered_json map_to_json(const YAML::Node& node, size_t depth) {
    ordered_json object = ordered_json::object();
    for (const auto& pair : node) {
      if (!pair.first.IsScalar()) fail(pair.first, "expected a key");
      const auto& name = pair.first.Scalar();
      if (object.contains(name)) fail(pair.first, "key '" + name + "' is given twice");
      object[name] = convert(pair.second, depth + 1);
    }
    return object;
  }

  size_t nodes_ = 0;
};

void emit(YAML::Emitter& out, const ordered_json& json) {
  if (json.is_object()) {
    out << YAML::BeginMap;
    for (const auto& [name, value] : json.items()) {
      out << YAML::Key << name << YAML::Value;
      emit(out, value);
    }
    out << YAML::EndMap;
  } else if (json.is_array()) {
    out << YAML::Flow << YAML::BeginSeq;
    for (const auto& value : json) emit(out, value);
    out << YAML::EndSeq;
  } else if (json.is_string()) {
    out << YAML::DoubleQuoted << json.get<std::string>();
  } else {
    out << json.dump();  // null, true, false, numbers
  }
}

}  // namespace

Request request_from_yaml(const std::string& text, const std::string& name) {
  try {
    const auto documents = YAML::LoadAll(text);
    if (documents.size() != 1) throw UserError("expected one document of keys");
    return from_json(request_keys(), YamlToJson().convert(documents.front()), "", Absent::is_default);
  } catch (const YAML::Exception& error) {
    throw UserError(name + ":" + std::to_string(error.mark.line + 1) + ":" +
                    std::to_string(error.mark.column + 1) + ": not YAML: " + error.msg);
  } catch (const UserError& error) {
    throw UserError(name + ": " + error.what());
  }
}

std::string to_yaml(const Request& request) {
  YAML::Emitter out;
  emit(out, to_json(request_keys(), request));
  return std::string(out.c_str()) + "\n";
}

}  // namespace mmasim::sim
