#include "tests/sim/command_line.h"

#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/runtime/io/temporary_folder.h"

namespace mmasim::sim::test {

