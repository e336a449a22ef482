// What the user asks of quantization, resolved: choices for the network, and overrides for some of its nodes
// (quantization.md 9.1). A preset is a file of configs/quant. Knows no network; make_recipe() meets one.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "runtime/quantize/choices.h"
#include "runtime/quantize/quant_file.h"

namespace mmasim::runtime {

struct QuantSpec : QuantChoices {
  std::string preset = "tidl-np2-fixed";       // its name, or the stem of the file that was given
  std::string precision = "preset";            // as asked for; "preset": as the choices say
  std::map<std::string, std::string> origins;  // of each key that something set
  std::vector<QuantOverride> overrides;
  std::vector<std::string> notes;  // what a file asks for that has no meaning here
};

struct PresetInfo {
  std::string name;
  std::string sentence;
};
const std::vector<PresetInfo>& presets();  // by name

// What a precision may be called, "preset" apart: "int8" to "float32".
const std::vector<std::string>& precision_words();
bool is_precision(const std::string& word);
std::string precisions_text();  // "int8, int16, int32, mixed or float32"

// What decides a quantization, the later over the earlier: defaults, the preset or file, `set`.
// preset: a name, or a file if it ends in .yaml or .yml. precision: "int8", "int16" or "int32" set all widths
// that no file fixes otherwise; "preset" and "mixed" leave them as they are. set: "key=value" or
// "key@match=value" each, an override. Throws
// UserError naming the nearest preset, the place of a fault, or what cannot be combined.
QuantSpec resolve_preset(const std::string& preset, const std::string& precision,
                         const std::vector<std::string>& set = {});

// The word for the operands' width before a network is known: "int8", "int16", "int32", or "mixed" where
// choices or overrides differ.
std::string nominal_precision(const QuantSpec& spec);

// Whether layers of 16 bits are still to be chosen: by values, under a budget of cycles.
bool chooses_wide_layers(const QuantChoices& choices);

std::string quant_name(const std::string& preset);  // as reports say it: without folder and extension

// Every fault of a quantization file, "FILE:LINE:COLUMN: text"; what it is based on is looked at, too.
// The text is that of `file`.
std::vector<std::string> faults_of_quant_text(const std::string& text, const std::string& file);

// Throws UserError beginning with `place` for choices that no output stage can do together.
void check_choices(const QuantChoices& choices, const std::string& place);

}  // namespace mmasim::runtime
