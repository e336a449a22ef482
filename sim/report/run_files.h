// The files of a run: report.json, report.html, layers.csv, outputs/, quantization.yaml, program.mma.
// They are written here and show when the folder is published; report.json comes last, so that a folder with
// one holds a whole run.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "isa/program.h"
#include "sim/host/output_folder.h"
#include "sim/report/run_report.h"

namespace mmasim::sim {

// Removes the files of an earlier run in the folder, and nothing else.
void remove_earlier_run(OutputFolder& folder);

// What `outputs` of the report says of outputs/NAME.npy of every output.
std::vector<OutputFacts> output_facts(const isa::Program& program,
                                      const std::vector<std::vector<uint8_t>>& outputs);

// Those files, and outputs/NAME.float.npy beside each.
void write_outputs(OutputFolder& folder, const isa::Program& program,
                   const std::vector<std::vector<uint8_t>>& outputs, const std::vector<OutputFacts>& facts);

void write_program(OutputFolder& folder, const isa::Program& program);  // program.mma
void write_program(const std::filesystem::path& path, const isa::Program& program);
void write_report(OutputFolder& folder, const RunReport& report);  // layers.csv, report.html, report.json

}  // namespace mmasim::sim
