// Words and names that plan files are made of, for writing and reading alike.
#pragma once

#include <string>
#include <vector>

namespace mmasim::runtime {

constexpr const char* kPlanFormat = "mmasim.plan/1";

std::string yaml_quoted(const std::string& text);  // a YAML double-quoted scalar

// In the order of isa::Rounding, isa::Overflow and isa::InputRounding.
const std::vector<std::string>& rounding_words();
const std::vector<std::string>& overflow_words();
const std::vector<std::string>& input_rounding_words();

std::string archive_beside(const std::string& plan_path);  // PLAN.yaml -> PLAN.npz
std::string weights_member(size_t node);                   // the archive's name for a node's weights

}  // namespace mmasim::runtime
