#include "sim/report/trace_files.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <cmath>
#include <set>

#include "runtime/user_error.h"
#include "sim/host/progress.h"
#include "traces/file/csv_writer.h"
#include "traces/file/json_writer.h"
#include "traces/file/vcd_writer.h"

namespace mmasim::sim {
namespace {

struct Format {
  const char* word;
  const char* file;
};
constexpr Format kFormats[] = {{"perfetto", "trace.json"}, {"vcd", "trace.vcd"}, {"csv", "trace.csv"}};
constexpr const char* kCompressed = ".gz";

traces::RunFacts facts_of(const isa::Program& program, const Configuration& config) {
  traces::RunFacts facts;
  facts.network = program.network;
  facts.precision = program.precision;
  facts.hardware = config.name;
  facts.cores = config.cores;
  facts.clock_period_ps = static_cast<uint64_t>(std::llround(1e6 / config.core_clock_mhz));
  for (const auto& layer : program.layers) facts.layers.push_back(layer.name);
  return facts;
}

std::vector<bool> recorded_layers(const std::string& pattern, const isa::Program& program) {
  if (pattern.empty()) return {};
  std::vector<bool> is_recorded;
  bool any = false;
  for (const auto& layer : program.layers) {
    is_recorded.push_back(fnmatch(pattern.c_str(), layer.name.c_str(), 0) == 0);
    any = any || is_recorded.back();
  }
  if (!any) {
    throw runtime::UserError("--trace-layers " + pattern + " fits none of the " +
                             std::to_string(program.layers.size()) + " layers; the first is " +
                             (program.layers.empty() ? "missing" : program.layers.front().name));
  }
  return is_recorded;
}

std::unique_ptr<traces::Writer> writer_of(const std::string& word, std::unique_ptr<traces::TextFile> file,
                                          const traces::RunFacts& facts, uint32_t channels, uint64_t limit) {
  if (word == "perfetto") return traces::make_json_writer(std::move(file), facts, limit);
  if (word == "vcd") return traces::make_vcd_writer(std::move(file), facts, channels, limit);
  return traces::make_csv_writer(std::move(file), facts, limit);
}

}  // namespace

std::vector<std::string> trace_words() {
  std::vector<std::string> words;
  for (const auto& format : kFormats) words.emplace_back(format.word);
  for (const auto& format : kFormats) words.push_back(std::string(format.word) + kCompressed);
  return words;
}

std::vector<std::string> trace_file_names() {
  std::vector<std::string> names;
  for (const auto& format : kFormats) {
    names.emplace_back(format.file);
    names.push_back(std::string(format.file) + kCompressed);
  }
  return names;
}

uint64_t size_from_text(const std::string& option, const std::string& text) {
  const auto refuse = [&] {
    throw runtime::UserError(option + " " + text +
                             ": not a size; expected a whole number of bytes, or one with k, M or G");
  };
  constexpr uint64_t kMost = uint64_t{1} << 53;
  uint64_t value = 0;
  size_t digits = 0;
  for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
    value = value * 10 + static_cast<uint64_t>(text[digits] - '0');
    if (value > kMost) refuse();
  }
  const std::string unit = text.substr(digits);
  const uint64_t factor = unit.empty()                 ? 1
                          : unit == "k" || unit == "K" ? 1 << 10
                          : unit == "M"                ? 1 << 20
                          : unit == "G"                ? 1 << 30
                                                       : 0;
  if (digits == 0 || factor == 0 || value == 0 || value > kMost / factor) refuse();
  return value * factor;
}

TraceFiles::TraceFiles(OutputFolder& folder, const TraceChoice& choice, const isa::Program& program,
                       const Configuration& config) {
  const auto facts = facts_of(program, config);
  auto is_recorded = recorded_layers(choice.layers, program);
  traces::Recorder::Writers writers;
  std::set<std::string> taken;
  for (const auto& word : choice.formats) {
    const bool is_compressed = word.size() > 3 && word.substr(word.size() - 3) == kCompressed;
    const auto format = is_compressed ? word.substr(0, word.size() - 3) : word;
    for (const auto& known : kFormats) {
      if (format != known.word) continue;
      const auto name = std::string(known.file) + (is_compressed ? kCompressed : "");
      if (!taken.insert(name).second) continue;
      names_.push_back(name);
      auto file = std::make_unique<traces::TextFile>(folder.stage(name), folder.path_of(name).string(),
                                                     is_compressed);
      writers.push_back(
          writer_of(format, std::move(file), facts, program.machine.dma_channels, choice.limit_bytes));
    }
  }
  recorder_ =
      std::make_unique<traces::Recorder>(program, config.cores, std::move(is_recorded), std::move(writers));
}

void TraceFiles::Listener::on(const traces::Event& event) {
  if (files_.fault_) return;
  try {
    files_.recorder_->on(event);
  } catch (const traces::TraceFileError&) {
    files_.fault_ = std::current_exception();
  }
}

void TraceFiles::finish() {
  if (fault_) std::rethrow_exception(fault_);
  recorder_->finish();
  for (size_t i = 0; i < names_.size(); ++i) {
    const auto& writer = *recorder_->writers()[i];
    if (!writer.is_truncated()) continue;
    note(fmt::format("warning: {} ends at cycle {}: --trace-limit", names_[i], writer.truncated_cycle()));
  }
}

}  // namespace mmasim::sim
