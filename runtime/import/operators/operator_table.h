// The operators that can be imported: the table that dispatches, checks names and prints `describe
// operators`.
#pragma once

#include <string>

#include "runtime/import/operators/node_import.h"
#include "runtime/import/operators/supported_operators.h"

namespace mmasim::runtime::importing {

struct OperatorEntry {
  OperatorSupport support;
  void (*import)(NodeImport&);  // null: only computed from constants
};

const OperatorEntry* find_operator(const std::string& onnx_name);
std::string nearest_operator(const std::string& onnx_name);  // for a misspelt name; empty if none is near

}  // namespace mmasim::runtime::importing
