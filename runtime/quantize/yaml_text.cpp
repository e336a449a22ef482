#include "runtime/quantize/yaml_text.h"

#include <fmt/format.h>

#include <filesystem>

namespace mmasim::runtime {

std::string yaml_quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      result += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      result += c;
    }
  }
  return result + "\"";
}

const std::vector<std::string>& rounding_words() {
  static const std::vector<std::string> words{"half_up", "half_even", "half_away", "floor"};
  return words;
}

const std::vector<std::string>& overflow_words() {
  static const std::vector<std::string> words{"wrap", "saturate", "trap"};
  return words;
}

const std::vector<std::string>& input_rounding_words() {
  static const std::vector<std::string> words{"half_up_product", "half_even_quotient"};
  return words;
}

std::string archive_beside(const std::string& plan_path) {
  return std::filesystem::path(plan_path).replace_extension(".npz").string();
}

std::string weights_member(size_t node) { return "node" + std::to_string(node) + ".weights"; }

}  // namespace mmasim::runtime
