// The folder a run's files go to. Proven writable before work starts; each file appears whole or not at all;
// a folder made for a run that fails or is interrupted disappears again.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/host/interruption.h"

namespace mmasim::sim {

using FileParts = std::vector<std::string_view>;  // of a file, one behind the other

class OutputFolder {
 public:
  explicit OutputFolder(
      const std::string& path);  // throws runtime::UserError if it cannot be made or written
  ~OutputFolder();
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;

  void write(const std::string& name, const std::string& text) { write(name, FileParts{text}); }
  void write(const std::string& name, const FileParts& parts);
  void remove(const std::string& name);  // if it is there
  std::filesystem::path path_of(const std::string& name) const { return path_ / name; }

 private:
  void create(const std::filesystem::path& folder);
  void remove_created();

  const std::filesystem::path path_;
  struct Created {
    std::filesystem::path path;
    RemovedOnInterrupt guard;
  };
  std::vector<Created> created_;  // outermost first
};

// One file, whole or not at all; for commands that write a single file. `make` writes it at the temporary
// path it is given, and no second one: only that goes with an interrupted process. Throws runtime::UserError.
void write_file(const std::filesystem::path& path,
                const std::function<void(const std::string& temporary)>& make);
void write_file(const std::filesystem::path& path, const std::string& text);
void write_file(const std::filesystem::path& path, const FileParts& parts);

// A file that is written while work goes on: at a temporary path, gone with the process or with this object
// unless it is kept.
class GrowingFile {
 public:
  explicit GrowingFile(const std::filesystem::path& path);  // throws runtime::UserError
  ~GrowingFile();
  GrowingFile(const GrowingFile&) = delete;
  GrowingFile& operator=(const GrowingFile&) = delete;

  std::string temporary() const { return temporary_.string(); }
  void keep();  // closed by now; throws runtime::UserError

 private:
  const std::filesystem::path path_, temporary_;
  const RemovedOnInterrupt guard_;
};

// Throws runtime::UserError if write_file() could not write there: asked before work starts.
void check_writable(const std::filesystem::path& path);

}  // namespace mmasim::sim
