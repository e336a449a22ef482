// Whatever goes wrong while a command writes, its files are those of the run before or those of this one,
// whole, with nothing temporary beside them; and where they are not this one's, the exit code says so.
#include "tests/sim/faults.h"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <random>
#include <set>
#include <thread>

#include "tests/sim/command_line.h"

using namespace mmasim::sim::test;
using mmasim::runtime::test::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

enum class Grows : uint8_t { no, yes };  // yes: a log, which keeps what was done

// A command that writes into a folder: as it did before, and as it does now.
struct Writer {
  std::string name;
  std::function<Arguments(const std::string&folder)> before, now;
  Grows grows = Grows::no;
  Files earlier, expected;  // of the two
  std::chrono::microseconds took{};
};

Arguments operator+(Arguments all, const Arguments& more) {
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

// {folder} of a text is where the command is to write.
std::function<Arguments(const std::string&)> into(const Arguments& arguments) {
  return [arguments](const std::string& folder) {
    auto all = arguments;
    for (auto& each : all) {
      const auto at = each.find("{folder}");
      if (at != std::string::npos) each.replace(at, 8, folder);
    }
    return all;
  };
}

enum class Learn : uint8_t { all, nothing };  // what each command writes, twice

class Workshop {
 public:
  explicit Workshop(Learn what = Learn::all) : folder_("faults") {
    REQUIRE(execute({"compile", kLenet, "-o", file("a.mma")}).exit_code == 0);
    REQUIRE(execute({"compile", kLenet, "-o", file("b.mma"), "--precision", "int16"}).exit_code == 0);
    REQUIRE(execute({"disassemble", file("a.mma"), "-o", file("a.s")}).exit_code == 0);
    REQUIRE(execute({"disassemble", file("b.mma"), "-o", file("b.s")}).exit_code == 0);
    folder_.write("one.yaml", "network: [" + kLenet + "]\nset: {l2.banks: [8, 16]}\nmode: timing-only\n");
    folder_.write("two.yaml", "network: [" + kLenet + "]\nset: {l2.banks: [4, 32]}\nmode: timing-only\n");
    folder_.write("one.json", R"({"network": ")" + kLenet + R"(", "mode": "timing-only"})");
    folder_.write("two.json", R"({"network": ")" + kLenet +
                                  R"(", "mode": "timing-only", "quant": {"precision": "int16"}})");
    add_runs();
    add_files();
    add_logs();
    if (what == Learn::nothing) return;
    for (auto& writer : writers_) learn(writer);
  }

  std::vector<Writer>& writers() { return writers_; }
  std::string file(const std::string& name) const { return folder_.file(name); }

  // A folder with the files of the run before.
  std::string folder_of(const Writer& writer) const {
    const auto folder = file("now");
    fs::remove_all(folder);
    fs::create_directories(folder);
    put_files(folder, writer.earlier);
    return folder;
  }

 private:
  void add(const std::string& name, const Arguments& before, const Arguments& now, Grows grows = Grows::no) {
    writers_.push_back({name, into(before), into(now), grows, {}, {}, {}});
  }

  void add_runs() {
    const Arguments out{"--quiet", "--threads", "2", "--out", "{folder}"};
    add("run", Arguments{"run", kLenet} + out, Arguments{"run", kLenet, "--seed", "7"} + out);
    add("run with traces", Arguments{"run", kLenet} + out,
        Arguments{"run", kLenet, "--seed", "7", "--trace", "perfetto,vcd.gz,csv"} + out);
    add("simulate", Arguments{"simulate", file("a.mma")} + out,
        Arguments{"simulate", file("a.mma"), "--seed", "7"} + out);
    add("compare", Arguments{"compare", kLenet} + out,
        Arguments{"compare", kLenet, "--precision", "int16,int8"} + out);
    const Arguments dataset{kLenet, "--dataset", kDataset, "--limit"};
    add("evaluate", Arguments{"evaluate"} + dataset + Arguments{"2"} + out,
        Arguments{"evaluate"} + dataset + Arguments{"3"} + out);
    add("tune", Arguments{"tune"} + dataset + Arguments{"2", "--target-drop", "100"} + out,
        Arguments{"tune"} + dataset + Arguments{"3", "--target-drop", "100"} + out);
  }

  void add_files() {
    add("quantize", {"quantize", kLenet, "-o", "{folder}/q.onnx"},
        {"quantize", kLenet, "-o", "{folder}/q.onnx", "--seed", "7"});
    add("compile", {"compile", kLenet, "-o", "{folder}/p.mma"},
        {"compile", kLenet, "-o", "{folder}/p.mma", "--seed", "7"});
    add("assemble", {"assemble", file("a.s"), "-o", "{folder}/p.mma"},
        {"assemble", file("b.s"), "-o", "{folder}/p.mma"});
    add("disassemble", {"disassemble", file("a.mma"), "-o", "{folder}/p.s"},
        {"disassemble", file("b.mma"), "-o", "{folder}/p.s"});
  }

  void add_logs() {
    add("sweep", {"sweep", file("one.yaml"), "--quiet", "--jobs", "2", "--out", "{folder}"},
        {"sweep", file("two.yaml"), "--quiet", "--jobs", "2", "--out", "{folder}"}, Grows::yes);
    add("perform", {"perform", file("one.json"), "--quiet", "--log", "{folder}/log"},
        {"perform", file("two.json"), "--quiet", "--log", "{folder}/log"}, Grows::yes);
  }

  void learn(Writer& writer) {
    CAPTURE(writer.name);
    const auto folder = folder_of(writer);
    REQUIRE(execute(writer.before(folder)).exit_code == 0);
    writer.earlier = files_below(folder);
    const auto ended = execute(writer.now(folder));
    CAPTURE(ended.error);
    REQUIRE(ended.exit_code == 0);
    writer.expected = files_below(folder);
    writer.took = ended.took;
    REQUIRE(writer.expected != writer.earlier);
  }

  const TemporaryFolder folder_;
  std::vector<Writer> writers_;
};

std::set<std::string> lines_of(const Files& files, const std::string& name) {
  std::set<std::string> lines;
  const auto found = files.find(name);
  if (found == files.end()) return lines;
  std::stringstream text(found->second);
  for (std::string line; std::getline(text, line);) lines.insert(line + (text.eof() ? " (torn)" : ""));
  return lines;
}

// Of a log: no line but whole ones of either run, no file but theirs.
bool holds_whole_lines(const Files& files, const Writer& writer) {
  for (const auto& [name, text] : files) {
    if (writer.expected.count(name) == 0) return false;
    auto allowed = lines_of(writer.expected, name);
    allowed.merge(lines_of(writer.earlier, name));
    const auto seen = lines_of(files, name);
    if (!std::includes(allowed.begin(), allowed.end(), seen.begin(), seen.end())) return false;
  }
  return true;
}

// The points of a sweep end in any order.
bool is_expected(const Files& files, const Writer& writer) {
  if (writer.grows == Grows::no) return files == writer.expected;
  for (const auto& [name, text] : writer.expected)
    if (lines_of(files, name) != lines_of(writer.expected, name)) return false;
  return files.size() == writer.expected.size();
}

// Empty: all is well.
std::string verdict_on(const Writer& writer, const std::string& folder, const Ended& ended) {
  const auto files = files_below(folder);
  const bool is_new = is_expected(files, writer), is_old = files == writer.earlier;
  std::string names;
  for (const auto& [name, text] : files) names += " " + name + " (" + std::to_string(text.size()) + ")";
  const auto said = " code " + std::to_string(ended.exit_code) + ": " + ended.error + " files" + names;
  const std::set<int> codes{0, 2, 130, 128 + SIGTERM};
  if (codes.count(ended.exit_code) == 0) return "exit" + said;
  if (ended.exit_code == 0 && !is_new) return "done, but not there" + said;
  if (is_new || is_old) return "";
  if (writer.grows == Grows::yes && holds_whole_lines(files, writer)) return "";
  return "neither the old files nor the new ones" + said;
}

using Random = std::mt19937_64;
uint64_t below(Random& random, uint64_t end) { return random() % std::max<uint64_t>(end, 1); }

uint64_t largest_file(const Writer& writer) {
  uint64_t bytes = 0;
  for (const auto& [name, text] : writer.expected) bytes = std::max<uint64_t>(bytes, text.size());
  return bytes;
}

// The writers in turn, so many times in all; each time a fault drawn for it.
using Draw = std::function<Fault(const Writer& writer, Random& random)>;
void strike(Workshop& workshop, size_t points, const Draw& draw) {
  Random random(1);
  size_t failed = 0;  // something that went wrong went wrong for the program
  for (size_t point = 0; point < points; ++point) {
    const auto& writer = workshop.writers()[point % workshop.writers().size()];
    const auto folder = workshop.folder_of(writer);
    const auto fault = draw(writer, random);
    const auto ended = execute(writer.now(folder), fault);
    CAPTURE(writer.name);
    CAPTURE(fault.most_file_bytes.value_or(0));
    CAPTURE(fault.after.count());
    CHECK(verdict_on(writer, folder, ended) == "");
    failed += ended.exit_code != 0 ? 1 : 0;
  }
  CHECK(failed >= points / 4);  // else the faults miss
}

Fault full_file(const Writer& writer, Random& random) {
  Fault fault;
  fault.most_file_bytes = below(random, largest_file(writer));
  return fault;
}

Fault signal_of(int signal, const Writer& writer, Random& random) {
  Fault fault;
  fault.signal = signal;
  fault.after =
      std::chrono::microseconds(below(random, static_cast<uint64_t>(writer.took.count()) * 11 / 10));
  return fault;
}

Fault interrupt(const Writer& writer, Random& random) { return signal_of(SIGINT, writer, random); }
Fault terminate(const Writer& writer, Random& random) { return signal_of(SIGTERM, writer, random); }

uint64_t all_bytes(const Files& files) {
  uint64_t bytes = 0;
  for (const auto& [name, text] : files) bytes += text.size() + 4096;  // and its name, to whole pages
  return bytes;
}

// As full_file, but it is the disk that is full, whatever files are on it.
void fill_disks(Workshop& workshop, size_t points) {
  Random random(2);
  for (size_t point = 0; point < points; ++point) {
    const auto& writer = workshop.writers()[point % workshop.writers().size()];
    const auto folder = workshop.file("disk");
    fs::create_directories(folder);
    const uint64_t room = all_bytes(writer.earlier) + below(random, all_bytes(writer.expected));
    const bool is_allowed = on_small_disk(folder, room, [&] {
      put_files(folder, writer.earlier);
      if (files_below(folder) != writer.earlier) return true;  // already full
      const auto verdict = verdict_on(writer, folder, execute(writer.now(folder)));
      if (!verdict.empty())
        std::fprintf(stderr, "%s, %zu bytes: %s\n", writer.name.c_str(), size_t(room), verdict.c_str());
      return verdict.empty();
    });
    if (!is_allowed) {
      MESSAGE("no disk of its own can be mounted here: left out");
      return;
    }
  }
}

}  // namespace

TEST_CASE("faults: files and disks that are full, interrupts and terminations") {
  Workshop workshop;
  const size_t all = workshop.writers().size();  // each once
  strike(workshop, all, full_file);
  strike(workshop, all, interrupt);
  strike(workshop, all, terminate);
  fill_disks(workshop, all);
}

namespace {

uint64_t bytes_of_files(const std::string& folder, const std::string& ending) {
  uint64_t bytes = 0;
  std::error_code ignored;  // files come and go
  for (fs::recursive_directory_iterator it(folder, ignored), end; it != end; it.increment(ignored)) {
    const auto name = it->path().filename().string();
    if (name.size() < ending.size() || name.compare(name.size() - ending.size(), ending.size(), ending) != 0)
      continue;
    const auto size = fs::file_size(it->path(), ignored);
    bytes += ignored ? 0 : size;
  }
  return bytes;
}

// Sends the signal once the trace has so many bytes, wherever it is written to.
Ended interrupt_at(const Arguments& arguments, const std::string& folder, uint64_t bytes, int signal) {
  const auto started = start(arguments);
  const auto patience = started.at + std::chrono::seconds(60);
  while (bytes_of_files(folder, "trace.json") < bytes && std::chrono::steady_clock::now() < patience)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  kill(started.process, signal);
  return end_of(started);
}

}  // namespace

TEST_CASE("faults: a run that is ended while it records leaves the files of the run before, and no others") {
  const TemporaryFolder place("faults");
  const auto folder = place.file("now");
  const Arguments run{
      "run", MMASIM_SOURCE_DIR "/tests/networks/resnet50.onnx", "--timing-only", "--quiet", "--out", folder};
  REQUIRE(execute(run).exit_code == 0);
  const auto earlier = files_below(folder);
  REQUIRE(earlier.count("report.json") == 1);
  for (const int signal : {SIGINT, SIGTERM}) {
    for (const uint64_t bytes : {uint64_t{1}, uint64_t{8} << 20, uint64_t{32} << 20}) {  // of 46 MB
      CAPTURE(signal);
      CAPTURE(bytes);
      const auto ended =
          interrupt_at(run + Arguments{"--trace", "perfetto,vcd.gz,csv"}, folder, bytes, signal);
      CHECK(ended.exit_code == 128 + signal);
      CHECK(files_below(folder) == earlier);
    }
  }
}

TEST_SUITE("long") {
  TEST_CASE("faults: files that are full at 200 sizes") {
    Workshop workshop;
    strike(workshop, 200, full_file);
  }
  TEST_CASE("faults: disks that are full at 200 sizes") {
    Workshop workshop;
    fill_disks(workshop, 200);
  }
  TEST_CASE("faults: interrupts at 200 times") {
    Workshop workshop;
    strike(workshop, 200, interrupt);
  }
  TEST_CASE("faults: terminations at 200 times") {
    Workshop workshop;
    strike(workshop, 200, terminate);
  }
}

namespace {

void write_below_a_file(const Workshop& workshop, const Writer& writer) {
  const auto file = workshop.file("file");
  std::ofstream(file) << "mine";
  for (const auto& place : {file, file + "/below", workshop.file(std::string(300, 'n')) + "/x"}) {
    const auto ended = execute(writer.now(place));
    CHECK(ended.exit_code == 2);
    CHECK(std::count(ended.error.begin(), ended.error.end(), '\n') == 1);
    CHECK(ended.error.find(place.substr(0, 40)) != std::string::npos);
  }
  CHECK(text_of_file(file) == "mine");
}

// Also for root, whom no permission stops.
void write_where_nothing_may_change(const Workshop& workshop, const Writer& writer) {
  const auto folder = workshop.file("disk");
  fs::create_directories(folder);
  on_small_disk(folder, 64 << 20, [&] {
    put_files(folder, writer.earlier);
    make_read_only(folder);
    const auto ended = execute(writer.now(folder));
    const bool is_told =
        ended.exit_code == 2 && ended.error.find("Read-only file system\n") != std::string::npos;
    if (!is_told)
      std::fprintf(stderr, "%s: code %d, %s\n", writer.name.c_str(), ended.exit_code, ended.error.c_str());
    return is_told && files_below(folder) == writer.earlier;
  });
}

void print_to(Printed printed, const Workshop& workshop, const Writer& writer) {
  const auto folder = workshop.folder_of(writer);
  Fault fault;
  fault.printed = printed;
  const auto ended = execute(writer.now(folder), fault);
  const std::set<std::string> silent{"assemble", "disassemble", "perform"};  // they print nothing
  CHECK(ended.exit_code == (silent.count(writer.name) != 0 ? 0 : 2));
  CHECK((ended.exit_code == 0 || ended.error.find("standard output cannot be written") == 8));
  CHECK(std::count(ended.error.begin(), ended.error.end(), '\n') == (ended.exit_code == 0 ? 0 : 1));
  CHECK(is_expected(files_below(folder), writer));
}

// Which of the two comes first is chance; that one of them is refused or both follow each other is not.
void write_twice_at_once(const Workshop& workshop, const Writer& writer) {
  const auto folder = workshop.file("shared");
  fs::remove_all(folder);
  fs::create_directories(folder);
  const auto first = start(writer.before(folder)), second = start(writer.now(folder));
  const auto ended = end_of(first), also = end_of(second);
  const auto files = files_below(folder);
  CHECK((files == writer.earlier || files == writer.expected));
  CHECK((ended.exit_code == 0 || also.exit_code == 0));
  for (const auto& each : {ended, also}) {
    if (each.exit_code == 0) continue;
    CHECK(each.exit_code == 2);
    CHECK(each.error == "mmasim: " + folder + ": another mmasim is writing there\n");
  }
}

constexpr Printed kNowhere[] = {Printed::closed, Printed::closed_pipe, Printed::full_device};

}  // namespace

TEST_CASE("faults: a place that cannot be, an output that nobody reads, and two at once") {
  Workshop workshop;
  for (size_t i = 0; i < workshop.writers().size(); ++i) {
    const auto& writer = workshop.writers()[i];
    CAPTURE(writer.name);
    write_below_a_file(workshop, writer);
    write_where_nothing_may_change(workshop, writer);
    print_to(kNowhere[i % 3], workshop, writer);
    if (writer.grows == Grows::no) write_twice_at_once(workshop, writer);
  }
}

TEST_CASE("faults: commands that only print say that they could not") {
  const Workshop workshop(Learn::nothing);
  const auto stream = workshop.file("stream");
  std::ofstream(stream) << "0 READ 0\n";
  REQUIRE(execute({"run", kLenet, "--trace", "csv", "--out", workshop.file("traced")}).exit_code == 0);
  const std::vector<Arguments> commands{{"--help"},
                                        {"--version"},
                                        {"run", "--help"},
                                        {"check", kLenet},
                                        {"describe", "isa"},
                                        {"describe", "stats", "--format", "json"},
                                        {"validate", MMASIM_SOURCE_DIR "/configs/tda4vm.yaml"},
                                        {"memory", stream},
                                        {"trace", workshop.file("traced/trace.csv")},
                                        {"disassemble", workshop.file("a.mma")},
                                        {"advise", kLenet, "--budget", "1", "--quiet"},
                                        {"perform", workshop.file("one.json"), "--quiet"},
                                        {"sweep", workshop.file("one.yaml"), "--dry-run", "--quiet"},
                                        {"run", kLenet, "--out", "none", "--quiet"}};
  for (const auto& command : commands) {
    CAPTURE(command.front());
    for (const auto printed : kNowhere) {
      Fault fault;
      fault.printed = printed;
      const auto ended = execute(command, fault);
      CHECK(ended.exit_code == 2);
      CHECK(ended.error.find("mmasim: standard output cannot be written: ") == 0);
      CHECK(std::count(ended.error.begin(), ended.error.end(), '\n') == 1);
    }
  }
}
