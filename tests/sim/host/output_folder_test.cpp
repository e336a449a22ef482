// Files appear whole or not at all, and a run that fails leaves no folder behind.
#include "sim/host/output_folder.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <stdexcept>

#include "runtime/user_error.h"
#include "sim/report/run_files.h"
#include "tests/sim/command_line.h"

using namespace mmasim;
using runtime::test::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

size_t files_in(const std::string& folder) {
  return static_cast<size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("output folder: one that nothing was written to disappears with all its made parents") {
  const TemporaryFolder folder("out-empty");
  { const sim::OutputFolder out(folder.file("a/b/c")); }
  CHECK_FALSE(fs::exists(folder.file("a")));
}

TEST_CASE("output folder: one that was there stays, and one that was written to stays") {
  const TemporaryFolder folder("out-kept");
  fs::create_directory(folder.file("there"));
  { const sim::OutputFolder out(folder.file("there")); }
  CHECK(fs::exists(folder.file("there")));
  {
    sim::OutputFolder out(folder.file("a/b"));
    out.write("x/file", "text");
    out.publish();
  }
  CHECK(sim::test::text_of_file(folder.file("a/b/x/file")) == "text");
  CHECK(files_in(folder.file("a/b/x")) == 1);  // nothing temporary remains
}

TEST_CASE("output folder: a file whose making fails leaves the old one as it was") {
  const TemporaryFolder folder("out-failed");
  folder.write("file", "old");
  sim::FileSet files;
  CHECK_THROWS_AS(files.write(folder.file("file"),
                              [](std::ostream& out) {
                                out << "half" << std::flush;
                                throw std::runtime_error("power cut");
                              }),
                  std::runtime_error);
  CHECK(sim::test::text_of_file(folder.file("file")) == "old");
}

TEST_CASE("output folder: files show together, and what they replace stays until then") {
  const TemporaryFolder folder("out-together");
  folder.write("a", "old");
  folder.write("gone", "old");
  folder.write("mine", "mine");
  {
    sim::OutputFolder out(folder.path());
    out.write("a", "new");
    out.write("outputs/b", "new");
    out.remove("gone");
    out.remove("never/there");
    CHECK(sim::test::text_of_file(folder.file("a")) == "old");
    CHECK(fs::exists(folder.file("gone")));
    CHECK_FALSE(fs::exists(folder.file("outputs/b")));
    out.publish();
    CHECK(sim::test::text_of_file(folder.file("a")) == "new");
  }
  CHECK(sim::test::text_of_file(folder.file("outputs/b")) == "new");
  CHECK(files_in(folder.path()) == 3);  // a, outputs and mine: nothing temporary, no lock
}

TEST_CASE("output folder: a file that cannot take its place leaves all of them as they were") {
  const TemporaryFolder folder("out-rollback");
  for (const auto* name : {"a", "b", "report.json"}) folder.write(name, "old");
  {
    sim::OutputFolder out(folder.path());
    for (const auto* name : {"a", "b", "c", "report.json"}) out.write(name, "new");
    fs::create_directory(folder.file("c"));  // somebody else makes it meanwhile
    folder.write("c/inside", "");
    CHECK_THROWS_WITH_AS(out.publish(), (folder.file("c") + ": cannot be written: it is a folder").c_str(),
                         runtime::UserError);
  }
  for (const auto* name : {"a", "b", "report.json"})
    CHECK(sim::test::text_of_file(folder.file(name)) == "old");
  CHECK(files_in(folder.path()) == 4);
}

TEST_CASE("output folder: renames that were done are undone where a later one fails") {
  const TemporaryFolder folder("out-undone");
  for (const auto* name : {"a", "b"}) folder.write(name, "old");
  {
    sim::FileSet files;
    for (const auto* name : {"a", "b"}) files.write(folder.file(name), sim::FileParts{"new"});
    fs::remove(files.stage(folder.file("c")));  // never written: it cannot be moved
    CHECK_THROWS_AS(files.publish(), runtime::UserError);
  }
  for (const auto* name : {"a", "b"}) CHECK(sim::test::text_of_file(folder.file(name)) == "old");
  CHECK(files_in(folder.path()) == 2);
}

TEST_CASE("output folder: one run at a time, and a lock of one that was killed hinders nobody") {
  const TemporaryFolder folder("out-locked");
  {
    const sim::OutputFolder first(folder.path());
    CHECK_THROWS_WITH_AS(sim::OutputFolder(folder.path()),
                         (folder.path() + ": another mmasim is writing there").c_str(), runtime::UserError);
  }
  const pid_t process = fork();
  if (process == 0) {
    sim::OutputFolder killed(folder.path());
    killed.write("a", "half");
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  REQUIRE(waitpid(process, &status, 0) == process);
  CHECK(files_in(folder.path()) == 2);  // its lock file, and what it was writing
  { const sim::OutputFolder next(folder.path()); }
  CHECK(files_in(folder.path()) == 0);
}

TEST_CASE("output folder: a place that cannot be written is the user's mistake and names the place") {
  const TemporaryFolder folder("out-mistake");
  folder.write("file", "");
  CHECK_THROWS_AS(sim::OutputFolder(folder.file("file")), runtime::UserError);
  CHECK_THROWS_AS(sim::OutputFolder(folder.file("file/below")), runtime::UserError);
  CHECK_THROWS_AS(sim::write_file(folder.file("missing/file"), "text"), runtime::UserError);
  CHECK_THROWS_AS(sim::write_file(folder.path(), "text"), runtime::UserError);
}

TEST_CASE("output folder: what is no regular file is not replaced by one") {
  const TemporaryFolder folder("out-fifo");
  const auto fifo = folder.file("fifo");
  REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
  CHECK_THROWS_WITH_AS(sim::write_file(fifo, "text"),
                       (fifo + ": cannot be written: it exists and is no regular file").c_str(),
                       runtime::UserError);
  CHECK(fs::is_fifo(fifo));
}

TEST_CASE("output folder: one that cannot be made whole takes its made parents away") {
  const TemporaryFolder folder("out-long");
  CHECK_THROWS_AS(sim::OutputFolder(folder.file("a/b/" + std::string(300, 'c'))), runtime::UserError);
  CHECK_FALSE(fs::exists(folder.file("a")));
}

TEST_CASE("output folder: an earlier report that names files outside outputs/ removes none of them") {
  const TemporaryFolder folder("out-hostile");
  folder.write("mine.npy", "mine");
  folder.write("mine.txt", "mine");
  sim::OutputFolder out(folder.file("out"));
  out.write("report.json",
            R"({"schema": "mmasim.report/1", "outputs": [{"file": "../mine.npy"}, {"file": 3}, 4,
                               {"file": "outputs/../../mine.npy"}, {"file": "../mine.txt"}]})");
  out.publish();
  sim::remove_earlier_run(out);
  out.publish();
  CHECK(fs::exists(folder.file("mine.npy")));
  CHECK(fs::exists(folder.file("mine.txt")));
  CHECK_FALSE(fs::exists(folder.file("out/report.json")));
}
