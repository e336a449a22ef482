#include "runtime/quantize/match.h"

#include <algorithm>

namespace mmasim::runtime {

namespace {

std::vector<std::string> alternatives(const std::string& match) {
  std::vector<std::string> list{""};
  for (const char c : match) {
    if (c == '|') {
      list.emplace_back();
    } else {
      list.back() += c;
    }
  }
  return list;
}

bool begins_with(const std::string& text, const std::string& start) { return text.rfind(start, 0) == 0; }

bool any_matches(const std::string& glob, const std::vector<std::string>& texts) {
  return std::any_of(texts.begin(), texts.end(), [&](const auto& text) { return glob_matches(glob, text); });
}

}  // namespace

std::string fault_of_match(const std::string& match) {
  for (const auto& each : alternatives(match)) {
    if (begins_with(each, "name:") && each.size() > 5) continue;
    if (begins_with(each, "op:") && each.size() > 3) continue;
    return "match has '" + each.substr(0, 64) + "'; expected name:GLOB or op:GLOB, with | between several";
  }
  return "";
}

bool matches(const std::string& match, const MatchSubject& subject) {
  for (const auto& each : alternatives(match)) {
    if (begins_with(each, "name:") && any_matches(each.substr(5), subject.names)) return true;
    if (begins_with(each, "op:") && any_matches(each.substr(3), subject.operators)) return true;
  }
  return false;
}

// Goes back to the last * only: linear but for the text under one *.
bool glob_matches(const std::string& glob, const std::string& text) {
  size_t g = 0, t = 0, star = std::string::npos, star_text = 0;
  while (t < text.size()) {
    if (g < glob.size() && glob[g] == '*') {
      star = g++;
      star_text = t;
    } else if (g < glob.size() && (glob[g] == '?' || glob[g] == text[t])) {
      ++g, ++t;
    } else if (star != std::string::npos) {
      g = star + 1;
      t = ++star_text;
    } else {
      return false;
    }
  }
  while (g < glob.size() && glob[g] == '*') ++g;
  return g == glob.size();
}

}  // namespace mmasim::runtime
