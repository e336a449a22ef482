#include "sim/inputs/network_inputs.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <system_error>

#include "isa/kit/nearest_word.h"
#include "runtime/graph/shape_text.h"
#include "runtime/io/npz.h"
#include "runtime/io/synthetic.h"
#include "runtime/user_error.h"
#include "sim/inputs/placed_tensor.h"

namespace mmasim::sim {
namespace {

using runtime::UserError;

bool ends_in(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

bool is_integer_dtype(const std::string& dtype) {
  return dtype.size() == 3 && (dtype[1] == 'i' || dtype[1] == 'u') && runtime::npy_element_bytes(dtype) != 0;
}

const InputPort& port_of(const std::vector<InputPort>& ports, const GivenArray& given) {
  if (!given.name && ports.size() == 1) return ports.front();
  std::vector<std::string> names;
  std::string listed;
  for (const auto& port : ports) {
    if (given.name && port.name == *given.name) return port;
    names.push_back(port.name);
    listed += (listed.empty() ? "" : ", ") + port.name;
  }
  if (!given.name) {
    throw UserError("--input " + given.array.source + ": the network has " + std::to_string(ports.size()) +
                    " inputs (" + listed + "); say NAME=FILE");
  }
  throw UserError("--input " + *given.name + "=" + given.array.source +
                  ": the network has no such input; did you mean '" + isa::nearest_word(*given.name, names) +
                  "'?");
}

// A way to read the text of an --input.
struct Reading {
  std::optional<std::string> name;
  std::string file;

  std::string said() const { return (name ? "input '" + *name + "' from " : "") + "file '" + file + "'"; }
};

// As a file, and split at each '=' that has the name of an input before it.
std::vector<Reading> readings_of(const std::string& text, const std::vector<InputPort>& ports) {
  std::vector<Reading> readings{{std::nullopt, text}};
  for (size_t at = text.find('='); at != std::string::npos; at = text.find('=', at + 1)) {
    const auto name = text.substr(0, at);
    const auto is_it = [&](const InputPort& port) { return port.name == name; };
    if (std::any_of(ports.begin(), ports.end(), is_it)) readings.push_back({name, text.substr(at + 1)});
  }
  return readings;
}

// Where no file exists, what was most probably meant: the message will be of that.
Reading probable_reading(const std::string& text, const std::vector<Reading>& readings) {
  const auto equals = text.find('=');
  if (readings.size() > 1 || equals == std::string::npos) return readings.back();
  return {text.substr(0, equals), text.substr(equals + 1)};
}

Reading read_text(const std::string& text, const std::vector<InputPort>& ports) {
  std::vector<Reading> existing;
  const auto readings = readings_of(text, ports);
  for (const auto& reading : readings) {
    std::error_code error;
    if (std::filesystem::exists(reading.file, error)) existing.push_back(reading);
  }
  if (existing.empty()) return probable_reading(text, readings);
  if (existing.size() == 1) return existing.front();
  throw UserError("--input " + text + ": may be " + existing[0].said() + " or " + existing[1].said() +
                  "; begin the file's path with ./ or /");
}

// The batch an array asks for, if it fits the port in all but a first dimension of 1.
int64_t batch_asked_by(const InputPort& port, const runtime::Shape& shape) {
  if (shape == port.shape || port.shape.empty() || shape.size() != port.shape.size() || port.shape[0] != 1)
    return 0;
  for (size_t d = 1; d < shape.size(); ++d) {
    if (shape[d] != port.shape[d]) return 0;
  }
  return shape[0] > 0 ? shape[0] : 0;
}

NetworkInput to_input(const InputPort& port, const runtime::NpyArray& array) {
  if (array.shape != port.shape) {
    throw UserError(array.source + ": shape " + runtime::shape_text(array.shape) + "; input '" + port.name +
                    "' takes " + runtime::shape_text(port.shape));
  }
  NetworkInput input;
  input.source = array.source;
  if (array.dtype == "<f4") {
    input.floats = runtime::to_float(array);
    check_finite(input.floats, array.source);
  } else if (is_integer_dtype(array.dtype)) {
    input.integer_dtype = array.dtype;
    input.integers = array.bytes;
  } else {
    throw UserError(array.source + ": dtype " + array.dtype +
                    "; expected float32, or the integer type of the quantized input");
  }
  return input;
}

}  // namespace

void check_finite(const runtime::FloatTensor& tensor, const std::string& source) {
  for (size_t i = 0; i < tensor.values.size(); ++i) {
    if (std::isfinite(tensor.values[i])) continue;
    throw UserError(source + ": element " + std::to_string(i) + " is " +
                    (std::isnan(tensor.values[i]) ? "not a number" : "infinite") +
                    "; expected finite values");
  }
}

std::vector<GivenArray> read_array_file(const std::string& path) {
  if (!ends_in(path, ".npz")) return {{std::nullopt, runtime::read_npy(path)}};
  std::vector<GivenArray> given;
  for (auto& [name, array] : runtime::read_npz(path)) given.push_back({name, std::move(array)});
  return given;
}

std::vector<GivenArray> read_given_arrays(const std::vector<std::string>& texts,
                                          const std::vector<InputPort>& ports) {
  std::vector<GivenArray> given;
  for (const auto& text : texts) {
    const auto reading = read_text(text, ports);
    for (auto& each : read_array_file(reading.file)) {
      if (reading.name) each.name = reading.name;
      given.push_back(std::move(each));
    }
  }
  return given;
}

std::vector<InputPort> input_ports(const runtime::Graph& graph) {
  std::vector<InputPort> ports;
  for (const auto id : graph.inputs) ports.push_back({graph.tensors[id].name, graph.tensors[id].shape});
  return ports;
}

std::vector<InputPort> input_ports(const isa::Program& program) {
  std::vector<InputPort> ports;
  for (const auto& placement : program.inputs) ports.push_back({placement.name, placement.shape});
  return ports;
}

int64_t asked_batch(const std::vector<InputPort>& ports, const std::vector<GivenArray>& given) {
  int64_t asked = 0;
  for (const auto& each : given) {
    const int64_t batch = batch_asked_by(port_of(ports, each), each.array.shape);
    if (batch > 0 && asked > 0 && batch != asked) {
      throw UserError(each.array.source + ": a batch of " + std::to_string(batch) + ", another input has " +
                      std::to_string(asked));
    }
    if (batch > 0) asked = batch;
  }
  return asked;
}

std::vector<NetworkInput> bind_given(const std::vector<InputPort>& ports,
                                     const std::vector<GivenArray>& given) {
  std::vector<NetworkInput> inputs(ports.size());
  for (const auto& each : given) {
    const auto& port = port_of(ports, each);
    auto& input = inputs[static_cast<size_t>(&port - ports.data())];
    if (!input.source.empty()) throw UserError("--input: '" + port.name + "' is given twice");
    input = to_input(port, each.array);
  }
  return inputs;
}

void check_seed(const std::optional<uint64_t>& seed, bool makes_any) {
  if (seed && !makes_any)
    throw UserError("--seed makes inputs that are not given, and all are given; leave it out");
}

void make_missing(const std::vector<InputPort>& ports, uint64_t seed, std::vector<NetworkInput>& inputs) {
  for (size_t i = 0; i < ports.size(); ++i) {
    if (!inputs[i].source.empty()) continue;
    inputs[i].floats = runtime::synthetic_input(ports[i].shape, seed, ports[i].name);
    inputs[i].source = "synthetic";
  }
}

std::vector<NetworkInput> bind_inputs(const std::vector<InputPort>& ports,
                                      const std::vector<GivenArray>& given, uint64_t seed) {
  auto inputs = bind_given(ports, given);
  make_missing(ports, seed, inputs);
  return inputs;
}

void check_integer_type(const NetworkInput& input, const InputPort& port, isa::Element element) {
  if (input.integer_dtype == npy_dtype(element)) return;
  throw UserError(input.source + ": dtype " + input.integer_dtype + "; input '" + port.name +
                  "' takes float32, or " + dtype_name(element) + " as it is quantized");
}

}  // namespace mmasim::sim
