// Which nodes and tensors an override of a quantization means: alternatives "name:GLOB" and "op:GLOB", with |
// between them. In a glob * stands for any text and ? for one character.
#pragma once

#include <string>
#include <vector>

namespace mmasim::runtime {

// What a node or a network input may be called.
struct MatchSubject {
  std::vector<std::string> names;      // of the node, the nodes it covers, its tensor
  std::vector<std::string> operators;  // "Conv", and "DepthwiseConv" too where it is one; "Input"
};

std::string fault_of_match(const std::string& match);  // empty: none
bool matches(const std::string& match, const MatchSubject& subject);
bool glob_matches(const std::string& glob, const std::string& text);

}  // namespace mmasim::runtime
