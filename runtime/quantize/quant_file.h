// A quantization file as it is written: settings with their places, before any is applied. Finds every fault
// of form and value; which settings win is spec.cpp's matter.
#pragma once

#include <string>
#include <vector>

namespace mmasim::runtime {

struct QuantSetting {
  std::string key, value;
  std::string place;  // "FILE:LINE:COLUMN" or "--set-quant KEY"
};

// Choices for the nodes and tensors that match; later ones win.
struct QuantOverride {
  std::string match;  // "name:conv1|op:Softmax"
  std::string place;
  std::vector<QuantSetting> settings;
};

struct QuantFile {
  std::string about;   // one sentence
  std::string preset;  // what the file's settings change; empty: the defaults
  std::vector<QuantSetting> settings;
  std::vector<QuantOverride> overrides;
  std::vector<std::string> notes;   // of options without meaning here, with their places
  std::vector<std::string> faults;  // "FILE:LINE:COLUMN: text" in file order
};

// Places begin with `name`.
QuantFile read_quant_text(const std::string& text, const std::string& name);
// Throws UserError if the file cannot be read; everything else becomes a fault.
QuantFile read_quant_file(const std::string& file, const std::string& name);
inline QuantFile read_quant_file(const std::string& file) { return read_quant_file(file, file); }

// Whether a key on top is one of a quantization, not of hardware.
bool looks_like_quant_text(const std::string& text);

// "key=value" as the command line has it, or "key@match=value" for the nodes and tensors that match.
struct QuantOption {
  std::string match;  // empty: of all
  QuantSetting setting;
};
QuantOption quant_option(const std::string& text);  // throws UserError

}  // namespace mmasim::runtime
