#include "sim/commands/result_folder.h"

#include <algorithm>
#include <filesystem>

#include "isa/kit/sha256.h"
#include "runtime/user_error.h"
#include "sim/commands/option_kinds.h"
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

  // A file by its name; another one may have the same: its folder is part of the hash.
  std::string word_of_file(const std::string& kind, const std::string& file) {
    add_hidden(kind, fs::path(file).lexically_normal().string());
    return file_stem(file);
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

bool is_default_config(const std::string& file) {
  std::error_code error;
  return file.empty() || fs::equivalent(find_config(file), default_config_path(), error);
}

// Configurations that come with mmasim are known by their names alone.
std::string config_word(FolderName& name, const std::string& file) {
  if (is_default_config(file)) return file_stem(default_config_path());
  std::error_code error;
  const auto stem = file_stem(file);
  const auto ours = fs::path(default_config_path()).parent_path() / fs::path(file).filename();
  const bool is_ours = (file == stem && !is_file(file)) || fs::equivalent(ours, file, error);
  return is_ours ? stem : name.word_of_file("config", file);
}

void add_configs(FolderName& name, const std::vector<std::string>& files) {
  if (files.size() == 1 && is_default_config(files[0])) return;
  std::vector<std::string> words;
  for (const auto& file : files) words.push_back(config_word(name, file));
  name.add_word(joined(words, "+"));
}

void add_presets(FolderName& name, const std::vector<std::string>& presets) {
  if (presets == std::vector<std::string>{QuantChoice().preset}) return;
  std::vector<std::string> words;
  for (const auto& preset : presets)
    words.push_back(is_file(preset) ? name.word_of_file("quant", preset) : preset);
  name.add_word(joined(words, "+"));
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

}  // namespace

std::string default_folder(const Request& request, const std::string& precision) {
  FolderName name(file_stem(request.program.empty() ? request.network : request.program) + "-" + precision);
  if (!request.quant.plan.empty()) name.add_word(name.word_of_file("plan", request.quant.plan));
  add_presets(name, {request.quant.preset});
  add_configs(name, {request.config.file});
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
  if (precisions != std::vector<std::string>{QuantChoice().precision}) name.add_word(joined(precisions, "+"));
  add_presets(name,
              distinct(requests, [](const Request& r) -> const std::string& { return r.quant.preset; }));
  add_configs(name, distinct(requests, [](const Request& r) -> const std::string& { return r.config.file; }));
  add_overrides(name, requests.front());
  return name.path();
}

ResultFolder::ResultFolder(const OutputOptions& options, const std::string& fallback) {
  if (options.out != kNoFolder) folder_.emplace(options.out.empty() ? fallback : options.out);
}

std::string ResultFolder::shown() const { return folder_ && !fault_ ? folder_->path().string() : ""; }

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
