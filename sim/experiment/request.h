// A run as a value: what is run, on which hardware, quantized how, fed with what, and what is asked of it.
// Each struct has its table of keys (request.cpp); JSON and YAML there and back. Where the files of a run go
// and what is printed is no part of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/config/config.h"
#include "sim/experiment/execution.h"
#include "sim/inputs/import_choice.h"
#include "sim/kit/keys.h"

namespace mmasim::sim {

struct QuantChoice {
  std::string preset = "tidl-np2-fixed";  // or a quantization file
  std::string precision = "preset";       // as the preset says: int8 if it says nothing
  std::vector<std::string> set{};         // overrides, "key=value"
  std::string plan{};                     // a saved plan instead of all these; empty: none
};

struct DataChoice {
  std::vector<std::string>
      inputs;                      // "NAME=FILE.npy", "FILE.npy" or "FILE.npz"; those not given are synthetic
  std::optional<uint64_t> seed{};  // of synthetic inputs; none: 0. Refused where no input is synthetic
  std::string calibration;         // a dataset folder or FILE.npy; empty: the dataset's samples or the inputs
  std::optional<uint64_t> random_weights;  // seed of weights that the network declares without values
  std::string dataset;                     // folder of images and labels to be classified; empty: none
  uint64_t limit = 0;                      // most images of it; 0: all
};

enum class Verify : uint8_t { none, outputs, layers };

struct Request {
  std::string network;  // ONNX file, or
  std::string program;  // compiled program: one of the two
  ConfigChoice config;
  ImportChoice import;  // of a network
  QuantChoice quant;    // of a network
  DataChoice data;
  Mode mode = Mode::timed_values;
  Verify verify = Verify::none;
  bool compare_float = false;  // the error of every layer against the float network
  bool plain = false;    // values of a program by the plain definition of its instructions, without cycles
  unsigned threads = 1;  // of the host; results do not depend on it

  bool with_values() const { return mode != Mode::timing_only; }
};

const Keys<Request>& request_keys();

// Keys left out have their defaults. Throws runtime::UserError beginning with `name`.
Request request_from_text(const std::string& text, const std::string& name);  // JSON or YAML
Request request_from_yaml(const std::string& text, const std::string& name);
std::string to_yaml(const Request& request);

// All keys but `threads`, sorted by name, on one line without spaces: equal for requests of equal results.
std::string canonical_json(const Request& request);
std::string hash_of(const Request& request);  // SHA-256 of it, 64 hexadecimal digits

// Throws runtime::UserError for what cannot be performed together, presets and precisions there are not.
// Reads quantization files, no other.
void check_request(const Request& request);

// The same without reading any.
void check_fields(const Request& request);

}  // namespace mmasim::sim
