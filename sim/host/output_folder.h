// The folder a run's files go to. Proven writable before work starts, and this run's alone until it ends. Its
// files appear together when they are published; a folder made for a run that fails or is interrupted
// disappears again.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/host/file_set.h"
#include "sim/host/folder_lock.h"
#include "sim/host/interruption.h"

namespace mmasim::sim {

class OutputFolder {
 public:
  // Throws runtime::UserError if it cannot be made or written, and if another process writes there.
  explicit OutputFolder(const std::string& path);
  ~OutputFolder();
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;

  // Nothing of these shows before publish(). All throw runtime::UserError naming the file.
  void write(const std::string& name, const std::string& text) { write(name, FileParts{text}); }
  void write(const std::string& name, const FileParts& parts);
  std::string stage(const std::string& name);  // for a file that grows while work goes on: where it does
  void remove(const std::string& name);        // if it is there
  void publish();

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path path_of(const std::string& name) const { return path_ / name; }

 private:
  void open();
  void create(const std::filesystem::path& folder);
  void create_for(const std::filesystem::path& target);
  void close();

  const std::filesystem::path path_;
  struct Created {
    std::filesystem::path path;
    RemovedOnInterrupt guard;
  };
  std::vector<Created> created_;  // outermost first
  std::unique_ptr<FolderLock> lock_;
  std::optional<FileSet> files_;
  std::vector<std::filesystem::path> left_;  // folders that files were removed from
  size_t staged_ = 0;
};

}  // namespace mmasim::sim
