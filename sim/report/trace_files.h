// The trace files of a run: which are asked for, and their recording while the run goes on. They show when
// the folder is published. What they hold: traces/file.
#pragma once

#include <cstdint>
#include <exception>
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

  // Goes on without recording where a file cannot be written: the run's own result does not depend on it.
  traces::Observer& listener() { return listener_; }
  // When the run has ended; says on standard error which file its limit cut short. Throws what kept a file
  // from being written, then or before.
  void finish();

 private:
  class Listener : public traces::Observer {
   public:
    explicit Listener(TraceFiles& files) : files_(files) {}
    void on(const traces::Event& event) override;

   private:
    TraceFiles& files_;
  };

  Listener listener_{*this};
  std::exception_ptr fault_;
  std::vector<std::string> names_;
  std::unique_ptr<traces::Recorder> recorder_;
};

}  // namespace mmasim::sim
