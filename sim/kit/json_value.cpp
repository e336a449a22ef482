#include "sim/kit/json_value.h"

#include <algorithm>
#include <limits>

#include "isa/kit/nearest_word.h"
#include "runtime/user_error.h"

namespace mmasim::sim {
namespace {

using runtime::UserError;

constexpr auto kReplaceBadBytes = ordered_json::error_handler_t::replace;

std::string seen_text(const ordered_json& seen) {
  if (seen.is_array()) return "a list";
  if (seen.is_object()) return "an object";
  constexpr size_t kLongestSeen = 60;
  const auto text = json_line(seen);
  return text.size() <= kLongestSeen ? text : text.substr(0, kLongestSeen) + "...";
}

// "a, b or c"
std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (size_t i = 0; i < words.size(); ++i) {
    text += (i == 0 ? "" : i + 1 < words.size() ? ", " : " or ") + words[i];
  }
  return text;
}

template <class Whole>
void read_whole(const ordered_json& json, const std::string& path, Whole& value) {
  constexpr uint64_t kLargest = std::numeric_limits<Whole>::max();
  if (!json.is_number_unsigned() || json.get<uint64_t>() > kLargest) {
    refuse_value(path, json, "a whole number, 0.." + std::to_string(kLargest));
  }
  value = static_cast<Whole>(json.get<uint64_t>());
}

}  // namespace

std::string json_text(const ordered_json& json) { return json.dump(2, ' ', false, kReplaceBadBytes) + "\n"; }

std::string json_line(const ordered_json& json) { return json.dump(-1, ' ', false, kReplaceBadBytes); }

std::string path_of(const std::string& parent, const std::string& name) {
  return parent.empty() ? name : parent + "." + name;
}

std::string path_of(const std::string& parent, size_t index) {
  return parent + "[" + std::to_string(index) + "]";
}

void refuse_value(const std::string& path, const ordered_json& seen, const std::string& expected) {
  throw UserError((path.empty() ? "this" : path) + " is " + seen_text(seen) + "; expected " + expected);
}

void refuse_absent(const std::string& path) { throw UserError("key '" + path + "' is missing"); }

void check_names(const ordered_json& object, const std::vector<std::string>& known, const std::string& path) {
  for (const auto& [name, value] : object.items()) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    throw UserError("unknown key '" + path_of(path, name) + "'; did you mean '" +
                    path_of(path, isa::nearest_word(name, known)) + "'?");
  }
}

size_t index_of_word(const ordered_json& json, const std::vector<std::string>& words,
                     const std::string& path) {
  if (json.is_string()) {
    const auto found = std::find(words.begin(), words.end(), json.get_ref<const std::string&>());
    if (found != words.end()) return static_cast<size_t>(found - words.begin());
  }
  refuse_value(path, json, listed(words));
}

void value_from_json(const ordered_json& json, const std::string& path, bool& value) {
  if (!json.is_boolean()) refuse_value(path, json, "true or false");
  value = json.get<bool>();
}

void value_from_json(const ordered_json& json, const std::string& path, uint32_t& value) {
  read_whole(json, path, value);
}

void value_from_json(const ordered_json& json, const std::string& path, uint64_t& value) {
  read_whole(json, path, value);
}

void value_from_json(const ordered_json& json, const std::string& path, int64_t& value) {
  constexpr uint64_t kLargest = std::numeric_limits<int64_t>::max();
  const bool fits = json.is_number_unsigned() ? json.get<uint64_t>() <= kLargest : json.is_number_integer();
  if (!fits) refuse_value(path, json, "a whole number");
  value = json.get<int64_t>();
}

void value_from_json(const ordered_json& json, const std::string& path, double& value) {
  if (!json.is_number()) refuse_value(path, json, "a number");
  value = json.get<double>();
}

void value_from_json(const ordered_json& json, const std::string& path, std::string& value) {
  if (!json.is_string()) refuse_value(path, json, "a text");
  value = json.get<std::string>();
}

}  // namespace mmasim::sim
