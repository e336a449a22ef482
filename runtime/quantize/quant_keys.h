// The keys of a quantization file: each names one choice, with what it may be and one sentence. Files,
// --set-quant, overrides, quantization.yaml and docs/presets.md walk this table; it reads no file.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "runtime/quantize/choices.h"

namespace mmasim::runtime {

struct QuantKey {
  std::string path;                // "weight.bits"
  std::vector<std::string> words;  // the texts allowed; empty: a number
  bool is_whole = false;
  double min = 0, max = 0;  // inclusive, of numbers
  std::string sentence;
  std::function<void(QuantChoices&, const std::string&)>
      set;  // of a text that fault() finds nothing wrong with
  std::function<std::string(const QuantChoices&)> get;
  std::function<std::string(const std::string&)> check = {};  // of what is neither word nor number: its fault
  std::string form = "";                                      // what such a value looks like

  std::string allowed() const;  // "one of tensor, channel", "a whole number, 2..32"
  // What is wrong with a value, as "weight.bits is 7.5; expected a whole number, 2..32"; empty if nothing.
  std::string fault(const std::string& text) const;
};

const std::vector<QuantKey>& quant_keys();
const QuantKey* find_quant_key(const std::string& path);      // null: no such key
std::string unknown_quant_key_text(const std::string& path);  // with the nearest

}  // namespace mmasim::runtime
