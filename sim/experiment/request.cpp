#include "sim/experiment/request.h"

#include <set>

#include "isa/kit/sha256.h"
#include "runtime/user_error.h"
#include "sim/experiment/quantization.h"

namespace mmasim::sim {
namespace {

using runtime::UserError;

const Keys<ConfigChoice>& config_keys() {
  using Row = ConfigChoice;
  static const Keys<Row> keys{
      key(&Row::file, "file", "", "hardware configuration; empty: the TDA4VM's"),
      key(&Row::set, "set", "", "overrides, each path.to.key=value"),
  };
  return keys;
}

const Keys<ImportChoice>& import_keys() {
  using Row = ImportChoice;
  static const Keys<Row> keys{
      key(&Row::shapes, "shapes", "",
          "NAME=1,3,224,224 each: what a network leaves open of an input's shape"),
      key(&Row::outputs, "outputs", "", "tensors that the network is cut at; none: its own outputs"),
  };
  return keys;
}

const Keys<QuantChoice>& quant_keys() {
  using Row = QuantChoice;
  static const Keys<Row> keys{
      key(&Row::preset, "preset", "", "quantization preset (docs/presets.md) or file"),
      key_of_words(&Row::precision, "precision", {"preset", "int8", "int16", "int32", "mixed", "float32"},
                   "of operands; preset: as preset or file say, int8 if they say nothing"),
      key(&Row::set, "set", "", "overrides of the quantization, each key=value"),
      key(&Row::plan, "plan", "", "saved plan that is taken as it is; empty: one is made"),
  };
  return keys;
}

// 0 where none was given: requests that come to the same are equal.
Key<DataChoice> seed_key() {
  return {"seed",
          "",
          "of synthetic inputs",
          {},
          [](const DataChoice& row) { return value_to_json(row.seed.value_or(0)); },
          [](DataChoice& row, const ordered_json& json, const std::string& path) {
            uint64_t seed = 0;
            value_from_json(json, path, seed);
            row.seed = seed == 0 ? std::nullopt : std::optional<uint64_t>(seed);
          }};
}

const Keys<DataChoice>& data_keys() {
  using Row = DataChoice;
  static const Keys<Row> keys{
      key(&Row::inputs, "inputs", "",
          "NAME=FILE.npy, FILE.npy or FILE.npz each; those not given are synthetic"),
      seed_key(),
      key(&Row::calibration, "calibration", "",
          "dataset folder or FILE.npy; empty: the dataset's samples, else the inputs"),
      key(&Row::random_weights, "random_weights", "",
          "seed of weights that the network declares without values; null: none are made"),
      key(&Row::dataset, "dataset", "", "folder of images and labels to be classified; empty: none"),
      key(&Row::limit, "limit", "", "most images of the dataset; 0: all"),
  };
  return keys;
}

// A text that gives a key twice means two things at once.
ordered_json parse_json(const std::string& text) {
  std::vector<std::set<std::string>> names;
  const auto refuse_doubled = [&](int, ordered_json::parse_event_t event, ordered_json& parsed) {
    if (event == ordered_json::parse_event_t::object_start) names.emplace_back();
    if (event == ordered_json::parse_event_t::object_end) names.pop_back();
    if (event == ordered_json::parse_event_t::key && !names.back().insert(parsed.get<std::string>()).second) {
      throw UserError("key '" + parsed.get<std::string>() + "' is given twice");
    }
    return true;
  };
  try {
    return ordered_json::parse(text, refuse_doubled);
  } catch (const ordered_json::exception& error) {
    throw UserError(std::string("not JSON: ") + error.what());
  }
}

void check_program_request(const Request& request) {
  if (request.compare_float)
    throw UserError("compare_float: a compiled program has no float network beside it");
  if (request.verify != Verify::none) {
    throw UserError("verify: the reference computes a network; a compiled program has none");
  }
  if (request.plain && !request.with_values()) {
    throw UserError("plain makes values, mode timing-only makes none; ask for one of them");
  }
  const auto& data = request.data;
  if (data.random_weights || !data.calibration.empty() || !data.dataset.empty()) {
    throw UserError("data: a compiled program takes inputs only, no weights, calibration or dataset");
  }
}

void check_network_request(const Request& request) {
  import_options(request.import);
  if (request.plain) throw UserError("plain: executes compiled programs only");
  if (request.verify != Verify::none && !request.with_values()) {
    throw UserError("verify compares values, mode timing-only makes none; ask for one of them");
  }
  if (request.compare_float && !request.with_values()) {
    throw UserError("compare_float compares values, mode timing-only makes none; ask for one of them");
  }
  if (request.data.dataset.empty()) return;
  if (!request.with_values()) {
    throw UserError("data.dataset is classified by values, mode timing-only makes none; ask for one of them");
  }
  if (request.compare_float) {
    throw UserError("compare_float compares one inference, data.dataset asks for many; ask for one of them");
  }
  if (request.verify != Verify::none) {
    throw UserError("verify compares one inference, data.dataset asks for many; ask for one of them");
  }
}

}  // namespace

const Keys<Request>& request_keys() {
  using Row = Request;
  static const Keys<Row> keys{
      key(&Row::network, "network", "", "ONNX file; empty: a program is run"),
      key(&Row::program, "program", "", "compiled program; empty: a network is run"),
      key_of_part(&Row::config, config_keys(), "config", "", "the hardware", Absent::is_default),
      key_of_part(&Row::import, import_keys(), "import", "", "how a network is read", Absent::is_default),
      key_of_part(&Row::quant, quant_keys(), "quant", "", "quantization of a network", Absent::is_default),
      key_of_part(&Row::data, data_keys(), "data", "", "what it is fed", Absent::is_default),
      key_of_words(&Row::mode, "mode", {"full", "timing-only", "functional-only"},
                   "values and cycles, cycles alone, or values alone"),
      key_of_words(&Row::verify, "verify", {"none", "outputs", "layers"},
                   "what is compared with the reference"),
      key(&Row::compare_float, "compare_float", "",
          "true: the error of every layer's integers against the float network"),
      key(&Row::plain, "plain", "",
          "true: values of a program by the plain definition of its instructions, without cycles"),
      key(&Row::threads, "threads", "", "of the host; results do not depend on it"),
  };
  return keys;
}

Request request_from_text(const std::string& text, const std::string& name) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos || text[first] != '{') return request_from_yaml(text, name);
  try {
    return from_json(request_keys(), parse_json(text), "", Absent::is_default);
  } catch (const UserError& error) {
    throw UserError(name + ": " + error.what());
  }
}

std::string canonical_json(const Request& request) {
  auto json = nlohmann::json::parse(json_line(to_json(request_keys(), request)));  // sorts by name
  json.erase("threads");
  return json.dump();
}

std::string hash_of(const Request& request) { return sha256_hex(canonical_json(request)); }

void check_fields(const Request& request) {
  if (request.network.empty() == request.program.empty()) {
    throw UserError(request.network.empty() ? "a request names a network or a program; it names none"
                                            : "a request names a network or a program; it names both");
  }
  constexpr unsigned kMostThreads = 1024;
  if (request.threads < 1 || request.threads > kMostThreads) {
    throw UserError("threads is " + std::to_string(request.threads) + "; expected 1.." +
                    std::to_string(kMostThreads));
  }
  request.program.empty() ? check_network_request(request) : check_program_request(request);
}

void check_request(const Request& request) {
  check_fields(request);
  if (request.program.empty()) quantization_of(request.quant);
}

}  // namespace mmasim::sim
