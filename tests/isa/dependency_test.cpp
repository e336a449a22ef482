// The dependency rule, read off the #includes of the whole source tree: isa knows nothing of ours, runtime
// and models know isa and never each other, models tell what they do in the words of traces, the rooms of
// each folder form a ladder, SystemC stays with the hardware and yaml-cpp with the files that read or write
// YAML.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "test_places.h"

namespace {

namespace fs = std::filesystem;

const std::map<std::string, std::set<std::string>> kMayInclude = {
    {"isa", {"isa"}},
    {"runtime", {"runtime", "isa"}},
    {"traces", {"traces", "isa"}},
    {"models", {"models", "traces", "isa"}},
    {"sim", {"sim", "runtime", "models", "traces", "isa"}},
    {"tests", {"tests", "sim", "runtime", "models", "traces", "isa"}},
};

// The rooms of each folder, and what each may include of its own folder beside itself: a room ends in '/',
// "isa/*" stands for the files of isa that stand in no room. The order is a ladder: no circle, no arrow up.
struct Room {
  std::string folder;
  std::vector<std::string> below;
};
const std::vector<Room> kRooms = {
    {"isa/kit/", {}},
    {"isa/encoding/", {"isa/*", "isa/kit/"}},
    {"isa/program/", {"isa/*", "isa/kit/", "isa/encoding/"}},
    {"isa/verify/", {"isa/*", "isa/kit/", "isa/encoding/", "isa/program/"}},
    // Host speed, without instructions: of the contract only numbers.
    {"isa/kernels/", {"isa/element.h", "isa/arithmetic.h", "isa/kit/"}},
    {"isa/semantics/", {"isa/*", "isa/kit/", "isa/encoding/"}},
    {"isa/executor/core/", {"isa/*", "isa/kit/", "isa/kernels/", "isa/semantics/"}},
    {"isa/executor/",
     {"isa/*", "isa/kit/", "isa/encoding/", "isa/kernels/", "isa/semantics/", "isa/executor/core/"}},
    {"isa/", {"isa/kit/"}},  // the contract itself
    {"runtime/graph/", {}},
    {"runtime/io/", {"runtime/*", "runtime/graph/"}},
    {"runtime/import/file/", {"runtime/*", "runtime/graph/"}},
    {"runtime/import/operators/", {"runtime/*", "runtime/graph/", "runtime/import/file/"}},
    {"runtime/import/", {"runtime/*", "runtime/graph/", "runtime/import/file/", "runtime/import/operators/"}},
    {"runtime/float_network/", {"runtime/*", "runtime/graph/"}},
    {"runtime/calibrate/", {"runtime/*", "runtime/graph/", "runtime/float_network/"}},
    {"runtime/transform/", {"runtime/*", "runtime/graph/", "runtime/float_network/", "runtime/calibrate/"}},
    {"runtime/quantize/",
     {"runtime/*", "runtime/graph/", "runtime/io/", "runtime/calibrate/", "runtime/transform/"}},
    {"runtime/emulation/",
     {"runtime/*", "runtime/graph/", "runtime/float_network/", "runtime/calibrate/", "runtime/transform/",
      "runtime/quantize/"}},
    {"runtime/export/", {"runtime/*", "runtime/graph/", "runtime/quantize/"}},
    {"runtime/reference/", {"runtime/*", "runtime/graph/", "runtime/quantize/"}},
    {"runtime/lower/schedule/", {"runtime/*"}},
    {"runtime/lower/tiles/", {"runtime/*", "runtime/graph/", "runtime/quantize/", "runtime/lower/schedule/"}},
    {"runtime/lower/array/",
     {"runtime/*", "runtime/graph/", "runtime/quantize/", "runtime/lower/schedule/", "runtime/lower/tiles/"}},
    {"runtime/lower/operators/",
     {"runtime/*", "runtime/graph/", "runtime/quantize/", "runtime/lower/schedule/", "runtime/lower/tiles/",
      "runtime/lower/array/"}},
    {"runtime/lower/",
     {"runtime/*", "runtime/graph/", "runtime/quantize/", "runtime/lower/schedule/", "runtime/lower/tiles/",
      "runtime/lower/array/", "runtime/lower/operators/"}},
    {"runtime/", {"runtime/graph/"}},  // tensors and mistakes
    {"traces/file/", {"traces/*"}},
    {"traces/analysis/", {"traces/*", "traces/file/"}},
    {"traces/", {}},  // events, who hears them, and folds over them
    {"models/kit/", {}},
    {"models/memory/", {"models/kit/"}},
    {"models/interconnect/", {"models/kit/"}},
    {"models/dma/", {"models/kit/"}},
    {"models/mma/", {"models/kit/", "models/memory/"}},
    {"models/dsp/", {"models/kit/", "models/memory/", "models/dma/", "models/mma/"}},
    {"models/",
     {"models/kit/", "models/memory/", "models/interconnect/", "models/dma/", "models/mma/", "models/dsp/"}},
    {"sim/kit/", {}},
    {"sim/host/", {"sim/kit/"}},
    {"sim/config/", {"sim/kit/"}},
    {"sim/inputs/", {"sim/kit/"}},
    {"sim/report/", {"sim/kit/", "sim/host/", "sim/config/", "sim/inputs/"}},
    {"sim/experiment/", {"sim/kit/", "sim/host/", "sim/config/", "sim/inputs/", "sim/report/"}},
    {"sim/sweep/", {"sim/kit/", "sim/host/", "sim/config/", "sim/inputs/", "sim/report/", "sim/experiment/"}},
    {"sim/advice/",
     {"sim/kit/", "sim/host/", "sim/config/", "sim/inputs/", "sim/report/", "sim/experiment/"}},
    {"sim/describe/",
     {"sim/kit/", "sim/config/", "sim/report/", "sim/experiment/", "sim/sweep/", "sim/advice/"}},
    {"sim/commands/",
     {"sim/kit/", "sim/host/", "sim/config/", "sim/inputs/", "sim/report/", "sim/experiment/", "sim/sweep/",
      "sim/advice/", "sim/describe/"}},
    {"sim/", {"sim/host/", "sim/commands/"}},  // main.cpp
};

std::string first_folder(const std::string& path) { return path.substr(0, path.find('/')); }
bool begins_with(const std::string& text, const std::string& start) {
  return text.compare(0, start.size(), start) == 0;
}

bool is_systemc(const std::string& include) {
  return include == "systemc" || include == "systemc.h" || begins_with(include, "tlm");
}
// Configurations; requests; quantization plans; the description that may lie in a dataset's folder.
bool may_use_yaml(const std::string& file) {
  for (const char* place : {"sim/config/", "sim/experiment/request_yaml.", "sim/sweep/sweep_file.",
                            "runtime/quantize/", "runtime/io/dataset_description.", "tests/"}) {
    if (begins_with(file, place)) return true;
  }
  return false;
}

const Room* room_of(const std::string& path) {  // the first that fits is the innermost
  for (const Room& room : kRooms)
    if (begins_with(path, room.folder)) return &room;
  return nullptr;
}

bool may_include(const Room& room, const std::string& include) {
  const Room* const other = room_of(include);
  if (other == nullptr || other->folder == room.folder) return true;
  if (first_folder(other->folder) != first_folder(room.folder)) return true;  // kMayInclude's matter
  for (const std::string& below : room.below)
    if (below.back() == '*' ? other->folder + '*' == below : below == other->folder || below == include)
      return true;
  return false;
}

// What is wrong with `file` including `include`; both relative to the source tree. Empty if nothing.
std::string broken_rule(const std::string& file, const std::string& include) {
  const std::string folder = first_folder(file);
  const std::string included = first_folder(include);
  if (kMayInclude.count(included) != 0 && kMayInclude.at(folder).count(included) == 0) {
    return file + " includes " + include + ": " + folder + " may not know " + included;
  }
  if (folder == "models" && included == "traces" && room_of(include)->folder != "traces/")
    return file + " includes " + include + ": models may not know " + room_of(include)->folder;
  if (const Room* const room = room_of(file); room != nullptr && !may_include(*room, include))
    return file + " includes " + include + ": " + room->folder + " may not know it";
  if (is_systemc(include) && folder != "models" && folder != "sim" && folder != "tests") {
    return file + " includes SystemC: only models, sim and tests may";
  }
  if (begins_with(include, "yaml-cpp/") && !may_use_yaml(file)) {
    return file +
           " includes yaml-cpp: only sim/config, sim/experiment/request_yaml, sim/sweep/sweep_file, "
           "runtime/quantize, "
           "runtime/io/dataset_description and tests may";
  }
  if (begins_with(include, "CLI/") && !begins_with(file, "sim/commands/"))
    return file + " includes CLI11: only sim/commands may";
  return "";
}

// The name between the quotes or brackets of an #include line; empty for any other line.
std::string included_name(const std::string& line) {
  const size_t hash = line.find_first_not_of(" \t");
  if (hash == std::string::npos || line[hash] != '#') return "";
  const size_t word = line.find_first_not_of(" \t", hash + 1);
  if (word == std::string::npos || line.compare(word, 7, "include") != 0) return "";
  const size_t open = line.find_first_of("<\"", word);
  if (open == std::string::npos) return "";
  const size_t close = line.find_first_of(">\"", open + 1);
  return close == std::string::npos ? "" : line.substr(open + 1, close - open - 1);
}

// "models/mma/x.h" for an include that names a neighbour without its folder.
std::string relative_to_tree(const fs::path& tree, const fs::path& file, const std::string& include) {
  const fs::path neighbour = (file.parent_path() / include).lexically_normal();
  if (kMayInclude.count(first_folder(include)) == 0 && fs::exists(neighbour)) {
    return neighbour.lexically_relative(tree).generic_string();
  }
  return include;
}

}  // namespace

TEST_CASE("dependencies: the checker sees what it forbids") {
  CHECK(broken_rule("isa/encoding/codec.h", "isa/instruction.h") == "");
  CHECK(broken_rule("isa/encoding/codec.h", "fmt/format.h") == "");
  CHECK(broken_rule("isa/encoding/codec.h", "runtime/user_error.h") ==
        "isa/encoding/codec.h includes runtime/user_error.h: isa may not know runtime");
  CHECK(broken_rule("runtime/lower/lower.cpp", "models/mma/mma_timing.h") != "");
  CHECK(broken_rule("models/mma/mma.cpp", "runtime/lower/lower.h") != "");
  CHECK(broken_rule("models/mma/mma.cpp", "isa/kit/units.h") == "");
  CHECK(broken_rule("models/mma/mma.cpp", "sim/experiment/execution.h") != "");
  CHECK(broken_rule("sim/experiment/execution.h", "models/mma/mma.h") == "");
  CHECK(broken_rule("models/kit/probe.h", "traces/observer.h") == "");
  CHECK(broken_rule("models/mma/mma.cpp", "traces/file/recorder.h") ==
        "models/mma/mma.cpp includes traces/file/recorder.h: models may not know traces/file/");
  CHECK(broken_rule("traces/ledger.h", "models/kit/clock.h") ==
        "traces/ledger.h includes models/kit/clock.h: traces may not know models");
  CHECK(broken_rule("traces/ledger.h", "systemc") != "");
  CHECK(broken_rule("traces/ledger.h", "traces/file/recorder.h") != "");
  CHECK(broken_rule("sim/experiment/execution.h", "tests/kit/probe.h") ==
        "sim/experiment/execution.h includes tests/kit/probe.h: sim may not know tests");
  CHECK(broken_rule("runtime/driver/driver.cpp", "systemc") ==
        "runtime/driver/driver.cpp includes SystemC: only models, sim and tests may");
  CHECK(broken_rule("isa/encoding/codec.h", "tlm.h") != "");
  CHECK(broken_rule("models/kit/port.h", "tlm_utils/simple_initiator_socket.h") == "");
  CHECK(broken_rule("models/kit/config.cpp", "yaml-cpp/yaml.h") != "");
  CHECK(broken_rule("sim/report/json.cpp", "yaml-cpp/yaml.h") != "");
  CHECK(broken_rule("sim/config/config_schema.cpp", "yaml-cpp/yaml.h") == "");
  CHECK(broken_rule("runtime/quantize/plan_yaml.cpp", "yaml-cpp/yaml.h") == "");
  CHECK(broken_rule("runtime/io/npy.cpp", "yaml-cpp/yaml.h") != "");
  CHECK(included_name("#include \"isa/encoding/codec.h\"  // why") == "isa/encoding/codec.h");
  CHECK(broken_rule("sim/experiment/request_yaml.cpp", "yaml-cpp/yaml.h") == "");
  CHECK(broken_rule("sim/experiment/request.cpp", "yaml-cpp/yaml.h") != "");
  CHECK(broken_rule("sim/commands/options.h", "CLI/CLI.hpp") == "");
  CHECK(broken_rule("sim/experiment/pipeline.h", "CLI/CLI.hpp") ==
        "sim/experiment/pipeline.h includes CLI11: only sim/commands may");
  CHECK(broken_rule("sim/main.cpp", "CLI/CLI.hpp") != "");
  CHECK(broken_rule("sim/commands/run.cpp", "sim/experiment/perform.h") == "");
  CHECK(broken_rule("sim/main.cpp", "sim/commands/cli.h") == "");
  CHECK(broken_rule("sim/experiment/perform.cpp", "sim/commands/options.h") ==
        "sim/experiment/perform.cpp includes sim/commands/options.h: sim/experiment/ may not know it");
  CHECK(broken_rule("sim/report/run_report.h", "sim/experiment/perform.h") != "");
  CHECK(broken_rule("sim/attic/x.h", "sim/kit/keys.h") != "");  // a room without a rule
  CHECK(included_name("  #  include <systemc>") == "systemc");
  CHECK(included_name("// #include <systemc>") == "");
}

TEST_CASE("dependencies: the checker sees an arrow up between the rooms of isa") {
  CHECK(broken_rule("isa/kernels/kernels.h", "isa/element.h") == "");
  CHECK(broken_rule("isa/kernels/kernels.h", "isa/instruction.h") ==
        "isa/kernels/kernels.h includes isa/instruction.h: isa/kernels/ may not know it");
  CHECK(broken_rule("isa/kernels/kernels.h", "isa/semantics/memory.h") != "");
  CHECK(broken_rule("isa/semantics/semantics.h", "isa/kernels/kernels.h") != "");
  CHECK(broken_rule("isa/semantics/semantics.h", "isa/executor/untimed.h") != "");
  CHECK(broken_rule("isa/executor/core/mma.h", "isa/executor/array_plan.h") != "");
  CHECK(broken_rule("isa/executor/array_plan.h", "isa/executor/core/mma.h") == "");
  CHECK(broken_rule("isa/executor/core/mma.h", "isa/semantics/memory.h") == "");
  CHECK(broken_rule("isa/encoding/codec.h", "isa/program/assembly.h") != "");
  CHECK(broken_rule("isa/kit/units.h", "isa/element.h") != "");
  CHECK(broken_rule("isa/machine.h", "isa/encoding/codec.h") != "");
  CHECK(broken_rule("isa/machine.h", "isa/kit/fields.h") == "");
  CHECK(broken_rule("models/mma/mma.h", "isa/executor/core/execute_core.h") == "");
}

TEST_CASE("dependencies: every file keeps the rule") {
  const fs::path tree = MMASIM_SOURCE_DIR;
  size_t includes = 0;
  for (const auto& [folder, allowed] : kMayInclude) {
    for (const auto& entry : fs::recursive_directory_iterator(tree / folder)) {
      const fs::path& path = entry.path();
      if (path.extension() != ".h" && path.extension() != ".cpp") continue;
      const std::string file = path.lexically_relative(tree).generic_string();
      std::ifstream stream(path);
      for (std::string line; std::getline(stream, line);) {
        const std::string name = included_name(line);
        if (name.empty()) continue;
        ++includes;
        const std::string fault = broken_rule(file, relative_to_tree(tree, path, name));
        CHECK_MESSAGE(fault.empty(), fault);
      }
    }
  }
  CHECK(includes > 100);  // the tree was really read
}
