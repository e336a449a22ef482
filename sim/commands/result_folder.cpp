#include "sim/commands/result_folder.h"

#include <algorithm>
#include <filesystem>

#include "isa/kit/sha256.h"
#include "runtime/quantize/spec.h"
#include "runtime/user_error.h"
#include "sim/config/config_places.h"
#include "sim/experiment/pipeline.h"
#include "traces/file/text_file.h"

namespace mmasim::sim {
namespace {

namespace fs = std::filesystem;

// The name of a folder as it grows: words that a person reads, and a hash of all that they do not say.
class FolderName {
 public:
  explicit FolderName(std::string name) : name_(std::move(name)) {}

  void add_word(const std::string& word) {
    constexpr size_t kLongestWord = 60;
    if (word.empty()) return;
    word.size() <= kLongestWord ? (void)(name_ += "-" + word) : add_hidden("word", word);
  }
  void add_hidden(const std::string& kind, const std::string& text) {
    hidden_ += kind + " " + std::to_string(text.size()) + " " + text + "\n";
  }
  void add_hidden(const std::string& kind, const std::vector<std::string>& texts) {
    for (const auto& text : texts) add_hidden(kind, text);
  }

  // A file by its name; where another one may have the same, its folder is part of the hash.
  void add_file(const std::string& kind, const std::string& file) {
    add_word(file_stem(file));
    add_hidden(kind, fs::path(file).lexically_normal().string());
  }

  std::string path() const {
    constexpr size_t kHashDigits = 8;
    const auto hash = hidden_.empty() ? "" : "-set-" + sha256_hex(hidden_).substr(0, kHashDigits);
    return "mmasim-out/" + name_ + hash;
  }

 private:
  std::string name_, hidden_;
};

bool is_file(const std::string& name) {
  std::error_code error;
  return fs::is_regular_file(name, error);
}

// Configurations that come with mmasim are known by their names alone.
void add_config(FolderName& name, const std::string& file) {
  std::error_code error;
  if (file.empty() || fs::equivalent(find_config(file), default_config_path(), error)) return;
  const auto stem = file_stem(file);
  bool is_ours = file == stem && !is_file(file);
  if (!is_ours) {
    const auto folder = fs::path(default_config_path()).parent_path();
    is_ours = fs::equivalent(folder / fs::path(file).filename(), file, error);
  }
  is_ours ? name.add_word(stem) : name.add_file("config", file);
}

void add_preset(FolderName& name, const std::string& preset) {
  if (preset == QuantChoice().preset) return;
  is_file(preset) ? name.add_file("quant", preset) : name.add_word(preset);
}

void add_overrides(FolderName& name, const Request& request) {
  name.add_hidden("set", request.config.set);
  name.add_hidden("set-quant", request.quant.set);
  name.add_hidden("shape", request.import.shapes);
  name.add_hidden("outputs", request.import.outputs);
}

std::string mode_of(const Request& request) {
  if (request.plain) return "plain";
  if (request.mode == Mode::timing_only) return "timing-only";
  return request.mode == Mode::functional_only ? "functional-only" : "";
}

template <class Read>
std::vector<std::string> distinct(const std::vector<Request>& requests, const Read& read) {
  std::vector<std::string> values;
  for (const auto& request : requests) {
    const std::string& value = read(request);
    if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
  }
  return values;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : "+") + word;
  return text;
}

}  // namespace

std::string default_folder(const Request& request, const std::string& precision) {
  FolderName name(file_stem(request.program.empty() ? request.network : request.program) + "-" + precision);
  if (!request.quant.plan.empty()) name.add_file("plan", request.quant.plan);
  add_preset(name, request.quant.preset);
  add_config(name, request.config.file);
  name.add_word(mode_of(request));
  add_overrides(name, request);
  return name.path();
}

std::string default_folder(const std::string& what, const std::vector<Request>& requests) {
  const auto networks = distinct(requests, [](const Request& r) -> const std::string& { return r.network; });
  FolderName name(networks.size() == 1 ? file_stem(networks[0]) + "-" + what : what);
  if (networks.size() > 1) name.add_hidden("network", networks);
  const auto precisions =
      distinct(requests, [](const Request& r) -> const std::string& { return r.quant.precision; });
  if (precisions != std::vector<std::string>{QuantChoice().precision}) name.add_word(joined(precisions));
  for (const auto& preset :
       distinct(requests, [](const Request& r) -> const std::string& { return r.quant.preset; }))
    add_preset(name, preset);
  for (const auto& config :
       distinct(requests, [](const Request& r) -> const std::string& { return r.config.file; }))
    add_config(name, config);
  add_overrides(name, requests.front());
  return name.path();
}

ResultFolder::ResultFolder(const OutputOptions& options, const std::string& fallback) {
  if (options.out != kNoFolder) folder_.emplace(options.out.empty() ? fallback : options.out);
}

std::string ResultFolder::shown() const { return folder_ ? folder_->path().string() : ""; }

void ResultFolder::attempt(const Act& act) {
  if (!folder_ || fault_) return;
  try {
    act(*folder_);
  } catch (const runtime::UserError&) {
    fault_ = std::current_exception();
  } catch (const traces::TraceFileError&) {
    fault_ = std::current_exception();
  }
}

void ResultFolder::publish() {
  attempt([](OutputFolder& folder) { folder.publish(); });
}

void ResultFolder::rethrow() const {
  if (fault_) std::rethrow_exception(fault_);
}

}  // namespace mmasim::sim
