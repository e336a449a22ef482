// Files that appear together, each whole, or not at all: written at temporary paths, moved to their places at
// the end. What stood there before is as it was until then, and after a failure. An interrupted process takes
// the temporary ones away. Two processes at the same files: folder_lock.h.
#pragma once

#include <filesystem>
#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/host/interruption.h"

namespace mmasim::sim {

using FileParts = std::vector<std::string_view>;  // of a file, one behind the other

class FileSet {
 public:
  // Where a file lies until it is published; on the same file system.
  using TemporaryOf = std::function<std::filesystem::path(const std::filesystem::path& target)>;

  FileSet();  // beside their targets
  explicit FileSet(TemporaryOf temporary_of);
  ~FileSet();
  FileSet(const FileSet&) = delete;
  FileSet& operator=(const FileSet&) = delete;

  // All of these throw runtime::UserError naming the target.
  std::string stage(const std::filesystem::path& target);  // the path to write it at
  void write(const std::filesystem::path& target, const FileParts& parts);
  void write(const std::filesystem::path& target, const std::function<void(std::ostream& file)>& make);
  void remove(const std::filesystem::path& target);  // when the set is published, if it is there then
  void publish();

 private:
  struct File {
    std::filesystem::path target, temporary;
    std::unique_ptr<RemovedOnInterrupt> guard;
  };
  class Moves;

  void move_aside(Moves& moves, std::vector<std::filesystem::path>& aside) const;
  void forget();

  const TemporaryOf temporary_of_;
  std::vector<File> files_;
  std::vector<std::filesystem::path> removed_;
};

// One file, whole or not at all. Throws runtime::UserError.
void write_file(const std::filesystem::path& path, const std::string& text);
void write_file(const std::filesystem::path& path, const FileParts& parts);

// Throws runtime::UserError if a file cannot be written there: asked before work starts.
void check_writable(const std::filesystem::path& path);

// Throws runtime::UserError if what stands there is no file that one can take the place of.
void check_replaceable(const std::filesystem::path& path);

[[noreturn]] void cannot_write(const std::filesystem::path& path, const std::string& why);

}  // namespace mmasim::sim
