// Performs a request: from its files to a report, all in memory. Writes no file and prints no result; an
// observer sees what is made while it is still there.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "isa/program.h"
#include "runtime/graph/graph.h"
#include "runtime/quantize/plan.h"
#include "sim/experiment/groundwork.h"
#include "sim/experiment/request.h"
#include "sim/host/progress.h"
#include "sim/report/evaluation.h"
#include "sim/report/run_report.h"
#include "traces/observer.h"

namespace mmasim::sim {

struct Outcome {
  RunReport report;
  std::optional<AccuracyFacts> accuracy;  // none: no dataset was asked for
  std::vector<std::string> warnings;      // of the plan, a line each
};
const Keys<Outcome>& outcome_keys();

// What a run made beside its report.
struct Made {
  const isa::Program& program;
  const std::vector<std::vector<uint8_t>>& outputs;  // as in Execution
  const runtime::Graph* graph = nullptr;             // none of a compiled program
  const runtime::QuantPlan* plan = nullptr;
  const std::vector<runtime::MemoryBlock>* memory = nullptr;
};

class RunObserver {
 public:
  virtual ~RunObserver() = default;
  // The request can be performed, as far as that is known without work.
  virtual void begins(const std::string& precision) { (void)precision; }
  // Asked before a timed execution of the program: who hears what its units do; null: nobody. Is to live
  // until ends().
  virtual traces::Observer* listener(const isa::Program& program, const Configuration& config) {
    (void)program, (void)config;
    return nullptr;
  }
  // Of the report all but `outputs`, `memory`, `timeline` and `host` is there; the first three are the
  // observer's to fill.
  virtual void ends(const Made& made, RunReport& report) { (void)made, (void)report; }
};

// Timed modes take the SystemC kernel of the process: one at a time. Throws runtime::UserError and
// isa::OverflowTrap.
Outcome perform(const Request& request, Progress& progress, RunObserver& observer,
                const Groundwork& groundwork = {});
Outcome perform(const Request& request, Progress& progress, const Groundwork& groundwork = {});

}  // namespace mmasim::sim
