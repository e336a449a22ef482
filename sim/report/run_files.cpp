#include "sim/report/run_files.h"

#include <fstream>
#include <set>
#include <string_view>

#include "isa/kit/sha256.h"
#include "isa/program/program_file.h"
#include "runtime/io/npy.h"
#include "runtime/quantize/host_values.h"
#include "sim/inputs/placed_tensor.h"
#include "sim/report/layer_table.h"
#include "sim/report/run_printout.h"
#include "sim/report/trace_files.h"

namespace mmasim::sim {
namespace {

template <class Array>
std::string_view bytes_of(const Array& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(*values.data())};
}

// taken: the files of the outputs before.
bool take_both(const std::string& name, std::set<std::string>& taken) {
  const auto integers = name + ".npy", floats = name + ".float.npy";
  if (taken.count(integers) + taken.count(floats) > 0) return false;
  taken.insert({integers, floats});
  return true;
}

// A network's name of a tensor as a file name: no folder, nothing hidden, not endless, and neither of its two
// files that of an output before.
std::string file_name_of(const std::string& tensor, std::set<std::string>& taken) {
  constexpr size_t kLongestName = 200;
  std::string name = tensor.substr(0, kLongestName);
  for (auto& c : name) c = c == '/' || static_cast<unsigned char>(c) < ' ' ? '_' : c;
  if (name.empty() || name[0] == '.') name.insert(name.begin(), '_');
  std::string unique = name;
  for (int n = 2; !take_both(unique, taken); ++n) unique = name + "_" + std::to_string(n);
  return unique;
}

std::string float_file_of(const std::filesystem::path& integers) {
  return (integers.parent_path() / (integers.stem().string() + ".float.npy")).string();
}

std::string integer_header(const isa::TensorPlacement& placement, const std::vector<uint8_t>& values) {
  return runtime::npy_header(npy_dtype(placement.element), placement.shape, values.size());
}

std::string hash_of(const FileParts& parts) {
  Sha256 sum;
  for (const auto part : parts) sum.add(part);
  return sum.finish();
}

}  // namespace

void remove_earlier_run(OutputFolder& folder) {
  std::ifstream in(folder.path_of("report.json"));
  const auto earlier = in ? ordered_json::parse(in, nullptr, false) : ordered_json();
  folder.remove("report.json");
  if (!earlier.is_object() || earlier.value("schema", ordered_json()) != "mmasim.report/1") return;
  for (const auto* name : {"layers.csv", "report.html", "quantization.yaml", "program.mma"})
    folder.remove(name);
  for (const auto& name : trace_file_names()) folder.remove(name);
  const auto outputs = earlier.value("outputs", ordered_json::array());
  for (const auto& output : outputs) {
    if (!output.is_object() || !output.contains("file") || !output["file"].is_string()) continue;
    const std::filesystem::path file = output["file"].get<std::string>();
    if (file.parent_path() != "outputs" || file.extension() != ".npy") continue;
    folder.remove(file.string());
    folder.remove(float_file_of(file));
  }
}

std::vector<OutputFacts> output_facts(const isa::Program& program,
                                      const std::vector<std::vector<uint8_t>>& outputs) {
  std::vector<OutputFacts> facts;
  std::set<std::string> taken;
  for (size_t i = 0; i < outputs.size(); ++i) {
    const auto& placement = program.outputs[i];
    const auto file = "outputs/" + file_name_of(placement.name, taken) + ".npy";
    const auto header = integer_header(placement, outputs[i]);
    facts.push_back({placement.name, file, dtype_name(placement.element), placement.shape,
                     1.0 / placement.inv_step, placement.zero_point,
                     hash_of({header, bytes_of(outputs[i])})});
  }
  return facts;
}

void write_outputs(OutputFolder& folder, const isa::Program& program,
                   const std::vector<std::vector<uint8_t>>& outputs, const std::vector<OutputFacts>& facts) {
  for (size_t i = 0; i < outputs.size(); ++i) {
    const auto& placement = program.outputs[i];
    const auto file = facts[i].file.value();
    const auto header = integer_header(placement, outputs[i]);
    folder.write(file, FileParts{header, bytes_of(outputs[i])});
    const auto floats = runtime::dequantize_output(tensor_plan(placement), placement.shape, outputs[i]);
    const auto float_header = runtime::npy_header("<f4", floats.shape, floats.values.size() * sizeof(float));
    folder.write(float_file_of(file), FileParts{float_header, bytes_of(floats.values)});
  }
}

void write_program(OutputFolder& folder, const isa::Program& program) {
  const auto head = isa::program_file_head(program);
  folder.write("program.mma", FileParts{bytes_of(head), bytes_of(program.constants)});
}

void write_program(const std::filesystem::path& path, const isa::Program& program) {
  const auto head = isa::program_file_head(program);
  write_file(path, FileParts{bytes_of(head), bytes_of(program.constants)});
}

void write_report(OutputFolder& folder, const RunReport& report) {
  folder.write("layers.csv", layer_csv(report.layers).csv());
  folder.write("report.html", RunPrintout(report).page());
  folder.write("report.json", json_text(to_json(report_keys(), report)));
}

}  // namespace mmasim::sim
