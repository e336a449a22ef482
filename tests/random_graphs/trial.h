// Tries random networks in processes of their own, so that a crash or a hang stays there; shrinks what fails,
// and saves it with the command that shows it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/random_graphs/description.h"

namespace mmasim::random_graphs {

struct Outcome {
  enum class Kind : uint8_t { passed, refused, failed } kind = Kind::passed;
  std::string property;  // of a failure: which one
  std::string text;      // why
};

Outcome try_network(const Description& description);
// Many in one process, which takes a fifth of the time; what fails there is tried again alone.
std::vector<Outcome> try_networks(const std::vector<Description>& descriptions);

// The description of a seed, the same on every host, and the smallest found that fails in the same property.
rc::Shrinkable<Description> description_of(uint64_t seed);
Description shrunk(const rc::Shrinkable<Description>& failing, const std::string& property);

// Writes network.onnx, network.txt to read, an .npy per input, and command.txt; gives what command.txt says.
std::string save(const Description& description, const std::string& folder);

}  // namespace mmasim::random_graphs
