// The network's inputs: read from --input files and checked against the network, or made from the seed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "isa/element.h"
#include "isa/program.h"
#include "runtime/graph/graph.h"
#include "runtime/io/npy.h"
#include "runtime/tensor_data.h"

namespace mmasim::sim {

// An array the user gave, before it is known which input it is for.
struct GivenArray {
  std::optional<std::string> name;  // none: the network's only input
  runtime::NpyArray array;
};

// A network input as a name and a shape: of a graph, or of a compiled program.
struct InputPort {
  std::string name;
  runtime::Shape shape;
};
std::vector<InputPort> input_ports(const runtime::Graph& graph);
std::vector<InputPort> input_ports(const isa::Program& program);

// texts: "NAME=FILE.npy", "FILE.npy", or "FILE.npz" with an array a name. Names and files may themselves hold
// a
// '=': the way to read a text is the one whose name an input of the network has and whose file exists. Throws
// runtime::UserError, also where there are two ways.
std::vector<GivenArray> read_given_arrays(const std::vector<std::string>& texts,
                                          const std::vector<InputPort>& ports);
// "FILE.npy", or "FILE.npz" with an array a name.
std::vector<GivenArray> read_array_file(const std::string& path);

// The batch that given arrays ask for where the network says 1: their first dimension. 0: nothing asked.
int64_t asked_batch(const std::vector<InputPort>& ports, const std::vector<GivenArray>& given);

// Throws runtime::UserError naming the source and the first element that is no number.
void check_finite(const runtime::FloatTensor& tensor, const std::string& source);

// The value of one input: floats, or the integers of the quantized input.
struct NetworkInput {
  runtime::FloatTensor floats;  // of the port's shape; empty if integers were given
  std::string integer_dtype;    // NumPy's descr
  std::vector<uint8_t> integers;
  std::string source;  // a file, or "synthetic"

  bool is_integer() const { return !integer_dtype.empty(); }
};

// One a port, in their order; those not given are empty, without a source. Throws runtime::UserError for
// names, shapes, types and values that do not fit.
std::vector<NetworkInput> bind_given(const std::vector<InputPort>& ports,
                                     const std::vector<GivenArray>& given);
// Throws runtime::UserError for a seed of which nothing is made.
void check_seed(const std::optional<uint64_t>& seed, bool makes_any);
// What was not given, from the seed.
void make_missing(const std::vector<InputPort>& ports, uint64_t seed, std::vector<NetworkInput>& inputs);
// Both.
std::vector<NetworkInput> bind_inputs(const std::vector<InputPort>& ports,
                                      const std::vector<GivenArray>& given, uint64_t seed);

// Throws runtime::UserError unless given integers are of the type the quantized input has.
void check_integer_type(const NetworkInput& input, const InputPort& port, isa::Element element);

}  // namespace mmasim::sim
