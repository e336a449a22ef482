// What requests begin with: configurations and quantizations read, networks imported, calibrated and, for a
// dataset, answered in float. Prepared once for the requests that share it, before children are forked: they
// inherit it. Plans and executes nothing.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/io/dataset.h"
#include "sim/experiment/accuracy.h"
#include "sim/experiment/pipeline.h"
#include "sim/experiment/quantization.h"
#include "sim/experiment/request.h"
#include "sim/host/progress.h"
#include "sim/inputs/calibration.h"

namespace mmasim::sim {

struct PreparedNetwork {
  LoadedNetwork network;
  std::optional<Calibration> calibration;   // none: timing only
  std::optional<runtime::Dataset> dataset;  // none: none was asked for
  Answers exact;                            // of the float network, to the dataset's images
  double calibrate_s = 0;
};

// Of one request. Throws runtime::UserError. ddr_bytes: of the largest machine it is to run on.
PreparedNetwork prepare_network(const Request& request, uint64_t ddr_bytes, Progress& progress);

// throws: what is wrong with a request's files is thrown. leaves: that request stays unprepared, and whoever
// performs it meets the fault.
enum class OnFault : uint8_t { throws, leaves };

class Groundwork {
 public:
  void prepare(const std::vector<Request>& requests, Progress& progress, OnFault on_fault = OnFault::throws);

  // As prepared, or read now.
  Configuration config(const ConfigChoice& choice) const;
  Quantization quantization(const QuantChoice& choice) const;
  const PreparedNetwork* find_network(const Request& request) const;  // null: not prepared

 private:
  void prepare_config(const ConfigChoice& choice);
  void prepare_quantization(const QuantChoice& choice);

  std::map<std::string, ConfigFile> config_files_;  // by path
  std::map<std::string, Configuration> configs_;
  std::map<std::string, Quantization> quantizations_;
  std::map<std::string, PreparedNetwork> networks_;
};

}  // namespace mmasim::sim
