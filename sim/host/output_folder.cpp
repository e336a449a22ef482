#include "sim/host/output_folder.h"

#include <system_error>

#include "runtime/user_error.h"

namespace mmasim::sim {
namespace {

namespace fs = std::filesystem;

constexpr const char* kStage = ".mmasim-part";  // what a killed process leaves in it goes with the next run

}  // namespace

OutputFolder::OutputFolder(const std::string& path) : path_(path) {
  try {
    open();
  } catch (const fs::filesystem_error& failure) {
    close();
    throw runtime::UserError("--out " + path + " cannot be written: " + failure.code().message());
  } catch (...) {
    close();
    throw;
  }
}

OutputFolder::~OutputFolder() { close(); }

// Another run that ends may remove the folder between its making and the lock.
void OutputFolder::open() {
  constexpr int kTries = 100;
  for (int tries = 0; lock_ == nullptr; ++tries) {
    if (tries == kTries) throw runtime::UserError(path_.string() + ": another mmasim removes it");
    create(path_);
    lock_ = FolderLock::take(path_);
  }
  std::error_code error;
  fs::remove_all(path_ / kStage, error);
  check_replaceable(path_ / "report.json");
  files_.emplace([this](const fs::path& target) {
    create(path_ / kStage);
    return path_ / kStage / (std::to_string(staged_++) + "-" + target.filename().string());
  });
}

// A folder that holds something is not removed; nor does anything inside it need to be.
void OutputFolder::close() {
  std::error_code error;
  files_.reset();
  fs::remove(path_ / kStage, error);
  lock_.reset();
  for (size_t i = created_.size(); i-- > 0;) {
    fs::remove(created_[i].path, error);
    created_.pop_back();
  }
}

void OutputFolder::create(const fs::path& folder) {
  if (folder.empty() || fs::exists(folder)) {
    if (!folder.empty() && !fs::is_directory(folder)) {
      throw fs::filesystem_error("", folder, std::make_error_code(std::errc::not_a_directory));
    }
    return;
  }
  create(folder.parent_path());
  RemovedOnInterrupt guard(folder.string());
  if (fs::create_directory(folder)) created_.push_back({folder, std::move(guard)});
}

void OutputFolder::create_for(const fs::path& target) {
  try {
    create(target.parent_path());
    create(path_ / kStage);
  } catch (const fs::filesystem_error& failure) {
    cannot_write(target, failure.code().message());
  }
}

std::string OutputFolder::stage(const std::string& name) {
  create_for(path_of(name));
  return files_->stage(path_of(name));
}

void OutputFolder::write(const std::string& name, const FileParts& parts) {
  create_for(path_of(name));
  files_->write(path_of(name), parts);
}

void OutputFolder::remove(const std::string& name) {
  files_->remove(path_of(name));
  const auto folder = path_of(name).parent_path();
  if (folder != path_) left_.push_back(folder);
}

void OutputFolder::publish() {
  try {
    files_->publish();
  } catch (const fs::filesystem_error& failure) {
    cannot_write(path_, failure.code().message());
  }
  std::error_code error;
  fs::remove(path_ / kStage, error);
  for (const auto& folder : left_) fs::remove(folder, error);
  left_.clear();
}

}  // namespace mmasim::sim
