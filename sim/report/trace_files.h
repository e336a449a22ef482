// The trace files of a run: which are asked for, and their recording while the run goes on. What they hold:
// traces/file.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "isa/program.h"
#include "sim/config/config.h"
#include "sim/host/output_folder.h"
#include "traces/file/recorder.h"

namespace mmasim::sim {

struct TraceChoice {
  std::vector<std::string> formats;  // words of trace_words(); empty: no trace
  uint64_t limit_bytes = 0;          // most bytes of a file's text; 0: any number
  std::string layers;                // pattern of the names of layers to record; empty: all
};

// "perfetto", "vcd", "csv", and each with ".gz" behind it.
std::vector<std::string> trace_words();
std::vector<std::string> trace_file_names();  // that any of the words makes

// 1234, 64k, 16M, 2G: powers of 1024. Throws runtime::UserError.
uint64_t size_from_text(const std::string& option, const std::string& text);

class TraceFiles {
 public:
  // Throws runtime::UserError for a pattern that no layer of the program fits. The program is to live as
  // long.
  TraceFiles(OutputFolder& folder, const TraceChoice& choice, const isa::Program& program,
             const Configuration& config);

  traces::Observer& listener() { return *recorder_; }
  void keep();  // when the run has ended; says on standard error which file its limit cut short

 private:
  std::vector<std::unique_ptr<GrowingFile>> files_;
  std::vector<std::string> names_;
  std::unique_ptr<traces::Recorder> recorder_;
};

}  // namespace mmasim::sim
