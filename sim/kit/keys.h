// The field-table idiom for JSON: a struct and a table that names every member once, with its unit, the words
// it may be and one sentence. Writing, reading, refusing of unknown keys and documentation walk the same
// table. What a key means is its struct's matter.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sim/kit/json_value.h"

namespace mmasim::sim {

template <class Struct>
struct Key {
  const char* name;
  const char* unit;  // "" where it has none
  const char* sentence;
  std::vector<std::string> words;  // the texts allowed; empty: any value of the member's type
  std::function<ordered_json(const Struct&)> get;
  std::function<void(Struct&, const ordered_json&, const std::string& path)> set;
};

template <class Struct>
using Keys = std::vector<Key<Struct>>;

// A key that is left out keeps its default, or is a fault.
enum class Absent : uint8_t { is_default, is_fault };

template <class Struct>
ordered_json to_json(const Keys<Struct>& keys, const Struct& row) {
  ordered_json json = ordered_json::object();
  for (const auto& key : keys) json[key.name] = key.get(row);
  return json;
}

template <class Struct>
ordered_json to_json(const Keys<Struct>& keys, const std::vector<Struct>& rows) {
  ordered_json json = ordered_json::array();
  for (const auto& row : rows) json.push_back(to_json(keys, row));
  return json;
}

// Sets what the object holds. path: where it stands, for messages. Throws runtime::UserError for what is not
// an object, unknown keys, values of another type and, where asked, absent keys.
template <class Struct>
void read_json(const Keys<Struct>& keys, const ordered_json& json, const std::string& path, Absent absent,
               Struct& row) {
  if (!json.is_object()) refuse_value(path, json, "an object of keys");
  std::vector<std::string> names;
  for (const auto& key : keys) names.push_back(key.name);
  check_names(json, names, path);
  for (const auto& key : keys) {
    const auto found = json.find(key.name);
    const auto key_path = path_of(path, key.name);
    if (found != json.end()) {
      key.set(row, *found, key_path);
    } else if (absent == Absent::is_fault) {
      refuse_absent(key_path);
    }
  }
}

template <class Struct>
Struct from_json(const Keys<Struct>& keys, const ordered_json& json, const std::string& path,
                 Absent absent = Absent::is_fault) {
  Struct row;
  read_json(keys, json, path, absent, row);
  return row;
}

// A member of a plain type: a number, text, flag, or an optional, list or map of such.
template <class Struct, class Member>
Key<Struct> key(Member Struct::*member, const char* name, const char* unit, const char* sentence) {
  return {name,
          unit,
          sentence,
          {},
          [member](const Struct& row) { return value_to_json(row.*member); },
          [member](Struct& row, const ordered_json& json, const std::string& path) {
            value_from_json(json, path, row.*member);
          }};
}

// A text or an enumeration that is one of a few words; an enumeration's words in the order of its values.
template <class Struct, class Member>
Key<Struct> key_of_words(Member Struct::*member, const char* name, std::vector<std::string> words,
                         const char* sentence) {
  return {name,
          "",
          sentence,
          words,
          [member, words](const Struct& row) {
            if constexpr (std::is_enum_v<Member>) {
              return ordered_json(words.at(static_cast<size_t>(row.*member)));
            } else {
              return ordered_json(row.*member);
            }
          },
          [member, words](Struct& row, const ordered_json& json, const std::string& path) {
            const size_t index = index_of_word(json, words, path);
            if constexpr (std::is_enum_v<Member>) {
              row.*member = static_cast<Member>(index);
            } else {
              row.*member = words[index];
            }
          }};
}

// A struct with a table of its own, a list of such structs, or one that may be absent (null).
template <class Struct, class Part>
Key<Struct> key_of_part(Part Struct::*member, const Keys<Part>& keys, const char* name, const char* unit,
                        const char* sentence, Absent absent = Absent::is_fault) {
  return {name,
          unit,
          sentence,
          {},
          [member, &keys](const Struct& row) { return to_json(keys, row.*member); },
          [member, &keys, absent](Struct& row, const ordered_json& json, const std::string& path) {
            read_json(keys, json, path, absent, row.*member);
          }};
}

template <class Struct, class Part>
Key<Struct> key_of_rows(std::vector<Part> Struct::*member, const Keys<Part>& keys, const char* name,
                        const char* sentence) {
  return {name,
          "",
          sentence,
          {},
          [member, &keys](const Struct& row) { return to_json(keys, row.*member); },
          [member, &keys](Struct& row, const ordered_json& json, const std::string& path) {
            if (!json.is_array()) refuse_value(path, json, "a list");
            (row.*member).clear();
            for (const auto& each : json) {
              (row.*member).push_back(from_json(keys, each, path_of(path, (row.*member).size())));
            }
          }};
}

template <class Struct, class Part>
Key<Struct> key_of_optional(std::optional<Part> Struct::*member, const Keys<Part>& keys, const char* name,
                            const char* sentence) {
  return {name,
          "",
          sentence,
          {},
          [member, &keys](const Struct& row) {
            return row.*member ? to_json(keys, *(row.*member)) : ordered_json();
          },
          [member, &keys](Struct& row, const ordered_json& json, const std::string& path) {
            if (json.is_null()) {
              row.*member = std::nullopt;
            } else {
              row.*member = from_json(keys, json, path);
            }
          }};
}

// A key that is the same in every object of its kind, as the name of a format; another value is refused.
template <class Struct>
Key<Struct> key_that_is(const char* name, const char* text, const char* sentence) {
  return {name,
          "",
          sentence,
          {text},
          [text](const Struct&) { return ordered_json(text); },
          [text](Struct&, const ordered_json& json, const std::string& path) {
            index_of_word(json, {text}, path);
          }};
}

}  // namespace mmasim::sim
