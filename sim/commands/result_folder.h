// Where a command's results go: --out, or the command's own folder below mmasim-out. A file that cannot be
// written is told when the results have been printed: they are worth more than the file.
#pragma once

#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/commands/options.h"
#include "sim/experiment/request.h"
#include "sim/host/output_folder.h"

namespace mmasim::sim {

// What `--out` says instead of a folder: no file is written.
constexpr const char* kNoFolder = "none";

// "mmasim-out/NETWORK-PRECISION" of a run with the default preset and configuration and no overrides; what
// differs from that is part of the name: the preset, the configuration, the mode, "set-" and a hash of the
// overrides. Equal for runs whose data alone differ.
std::string default_folder(const Request& request, const std::string& precision);

// "mmasim-out/NETWORK-WHAT", likewise, for a command that performs several requests.
std::string default_folder(const std::string& what, const std::vector<Request>& requests);

class ResultFolder {
 public:
  ResultFolder(const OutputOptions& options, const std::string& fallback);

  OutputFolder* folder() { return folder_ ? &*folder_ : nullptr; }  // null: --out none
  std::string shown() const;                                        // the path; empty: no files are there

  using Act = std::function<void(OutputFolder& folder)>;
  void attempt(const Act& act);  // not done without a folder, nor after a fault
  void publish();
  void rethrow() const;  // the fault, if there was one

 private:
  std::optional<OutputFolder> folder_;
  std::exception_ptr fault_;
};

}  // namespace mmasim::sim
