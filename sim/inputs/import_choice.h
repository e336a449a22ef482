// What a user says of how a network is read, as text, and what it means to the importer.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/import/file/import_options.h"

namespace mmasim::sim {

struct ImportChoice {
  std::vector<std::string> shapes;   // "NAME=1,3,224,224"
  std::vector<std::string> outputs;  // names; empty: the network's own
};

// Without values and with the file's batch. Throws runtime::UserError.
runtime::ImportOptions import_options(const ImportChoice& choice);

}  // namespace mmasim::sim
