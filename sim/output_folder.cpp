#include "sim/output_folder.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

#include "runtime/user_error.h"

namespace mmasim::sim {
namespace {

namespace fs = std::filesystem;

fs::path temporary_beside(const fs::path& path) {
  return path.parent_path() / ("." + path.filename().string() + "." + std::to_string(getpid()) + ".part");
}

[[noreturn]] void cannot_write(const fs::path& path, const std::string& why) {
  throw runtime::UserError(path.string() + ": cannot be written: " + why);
}

void write_text(const std::string& path, const std::string& text) {
  errno = 0;
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
  out.close();
  if (!out) cannot_write(path, std::strerror(errno));
}

}  // namespace

void write_file(const fs::path& path, const std::function<void(const std::string& temporary)>& make) {
  const auto temporary = temporary_beside(path);
  std::error_code error;
  try {
    make(temporary.string());
    fs::rename(temporary, path);
  } catch (const fs::filesystem_error& failure) {
    fs::remove(temporary, error);
    cannot_write(path, failure.code().message());
  } catch (...) {
    fs::remove(temporary, error);
    throw;
  }
}

void write_file(const fs::path& path, const std::string& text) {
  write_file(path, [&](const std::string& temporary) { write_text(temporary, text); });
}

OutputFolder::OutputFolder(const std::string& path) : path_(path) {
  try {
    create(path_);
    const auto probe = temporary_beside(path_ / "probe");
    write_text(probe.string(), "");
    fs::remove(probe);
  } catch (const fs::filesystem_error& failure) {
    throw runtime::UserError("--out " + path + " cannot be written: " + failure.code().message());
  } catch (const runtime::UserError&) {
    throw runtime::UserError("--out " + path + " cannot be written: " + std::strerror(errno));
  }
}

OutputFolder::~OutputFolder() {
  std::error_code error;  // a folder that holds something is not removed; nor does anything inside it need to be
  for (size_t i = created_.size(); i-- > 0;) fs::remove(created_[i], error);
}

void OutputFolder::create(const fs::path& folder) {
  if (folder.empty() || fs::exists(folder)) {
    if (!folder.empty() && !fs::is_directory(folder)) {
      throw fs::filesystem_error("", folder, std::make_error_code(std::errc::not_a_directory));
    }
    return;
  }
  create(folder.parent_path());
  if (fs::create_directory(folder)) created_.push_back(folder);
}

void OutputFolder::write(const std::string& name, const std::string& text) {
  create(path_of(name).parent_path());
  write_file(path_of(name), text);
}

void OutputFolder::write_through(const std::string& name,
                                 const std::function<void(const std::string& temporary)>& make) {
  create(path_of(name).parent_path());
  write_file(path_of(name), make);
}

void OutputFolder::remove(const std::string& name) {
  std::error_code error;
  fs::remove(path_of(name), error);
}

}  // namespace mmasim::sim
