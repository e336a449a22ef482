// A small run recorded, and read back: what a file holds is what was told.
#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "isa/encoding/codec.h"
#include "test_places.h"
#include "tests/runtime/io/temporary_folder.h"
#include "tests/traces/events.h"
#include "traces/analysis/summary.h"
#include "traces/file/csv_writer.h"
#include "traces/file/json_writer.h"
#include "traces/file/recorder.h"
#include "traces/file/vcd_writer.h"
#include "traces/ledger.h"

using namespace mmasim;
using namespace mmasim::traces;
using namespace mmasim::traces::test;
using mmasim::runtime::test::TemporaryFolder;
using nlohmann::json;

namespace {

isa::Program two_layers() {
  isa::Program program;
  program.network = "small";
  program.precision = "int8";
  program.layers.resize(2);
  program.layers[0].name = "first \"layer\", quoted";
  program.layers[1].name = "second";
  return program;
}

RunFacts facts_of(const isa::Program& program) {
  RunFacts facts;
  facts.network = program.network;
  facts.precision = program.precision;
  facts.hardware = "tda4vm";
  for (const auto& layer : program.layers) facts.layers.push_back(layer.name);
  return facts;
}

// A transfer into L2, a wait for it, two products of which the second is told late, a store in the next
// layer.
std::vector<Event> small_run() {
  std::vector<Event> events;
  const auto tell = [&](Event event) { events.push_back(event); };
  tell(piece(Kind::setup, 0, 100));
  tell(piece(Kind::issue, 100, 110));
  tell(piece(Kind::issue, 110, 111));
  Event access = piece(Kind::access, 140, 300);
  access.ddr.read_bytes = 4096;
  tell(access);
  tell(piece(Kind::moving, 140, 300));
  Event copy = piece(Kind::copy, 110, 310);
  copy.descriptor = 1;
  copy.channel = 2;
  copy.issued = 110;
  copy.data = 140;
  copy.done = 300;
  copy.from = isa::Space::ddr;
  copy.to = isa::Space::l2;
  copy.ddr.read_bytes = copy.l2.write_bytes = 4096;
  copy.cause = Cause::ddr;
  tell(copy);
  tell(stall(111, 310, Cause::ddr, 1));
  Event stream = piece(Kind::stream, 315, 379);
  stream.issued = 310;
  stream.taken = 311;
  stream.done = 379;
  stream.rows = 64;
  stream.operations = 64 * 64 * 64;
  stream.l2.read_bytes = 4096;
  tell(stream);
  tell(piece(Kind::close, 311, 400));
  Event commands = piece(Kind::commands, 300, 300);
  commands.activates = 3;
  commands.refreshes = 1;
  tell(commands);
  tell(layer(1, 400));
  Event vectors = piece(Kind::vectors, 400, 5000);
  vectors.layer = 1;
  vectors.width = 1;
  vectors.operations = 77;
  vectors.l1.read_bytes = 10;
  vectors.l3.write_bytes = 20;
  tell(vectors);
  tell([] {
    Event end = piece(Kind::finish, 5000, 5000);
    end.layer = 1;
    return end;
  }());
  return events;
}

struct Recorded {
  std::string json, csv, vcd;  // paths
  bool is_truncated = false;
};

Recorded record(const TemporaryFolder& folder, const std::vector<Event>& events, uint64_t limit = 0,
                std::vector<bool> layers = {}, bool compress = false) {
  const auto program = two_layers();
  const Recorded paths{folder.file("trace.json"), folder.file("trace.csv"), folder.file("trace.vcd"), false};
  const auto file = [&](const std::string& path) { return std::make_unique<TextFile>(path, path, compress); };
  Recorder::Writers writers;
  writers.push_back(make_json_writer(file(paths.json), facts_of(program), limit));
  writers.push_back(make_csv_writer(file(paths.csv), facts_of(program), limit));
  writers.push_back(make_vcd_writer(file(paths.vcd), facts_of(program), 4, limit));
  Recorder recorder(program, 1, std::move(layers), std::move(writers));
  for (const Event& event : events) recorder.on(event);
  recorder.finish();
  Recorded recorded = paths;
  recorded.is_truncated = recorder.writers()[0]->is_truncated();
  return recorded;
}

std::string text_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

void write(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::string what_is_wrong(const std::string& path) {
  try {
    summarize_trace(path);
  } catch (const TraceFileError& error) {
    return std::string(error.what()).substr(path.size() + 2);
  }
  return "nothing";
}

void check_equal(const Activity& a, const Activity& b) {
  CHECK(a.total_cycles == b.total_cycles);
  CHECK(a.ddr_refreshes == b.ddr_refreshes);
  REQUIRE(a.layers.size() == b.layers.size());
  for (size_t i = 0; i < a.layers.size(); ++i) {
    const LayerActivity &one = a.layers[i], &other = b.layers[i];
    CHECK(one.start_cycle == other.start_cycle);
    CHECK(one.end_cycle == other.end_cycle);
    CHECK(one.mma_cycles == other.mma_cycles);
    CHECK(one.dsp_cycles == other.dsp_cycles);
    CHECK(one.dma_cycles == other.dma_cycles);
    CHECK(one.overhead_cycles == other.overhead_cycles);
    CHECK(one.stall_cycles == other.stall_cycles);
    CHECK(one.array_rows == other.array_rows);
    CHECK(one.array_macs[0] == other.array_macs[0]);
    CHECK(one.dsp_operations[1] == other.dsp_operations[1]);
    CHECK(one.ddr_activates == other.ddr_activates);
    CHECK(one.dma_bytes == other.dma_bytes);
    CHECK(one.l1.read_bytes == other.l1.read_bytes);
    CHECK(one.l2.read_bytes == other.l2.read_bytes);
    CHECK(one.l2.write_bytes == other.l2.write_bytes);
    CHECK(one.l3.write_bytes == other.l3.write_bytes);
    CHECK(one.ddr.read_bytes == other.ddr.read_bytes);
  }
}

Activity folded(const std::vector<Event>& events) {
  Ledger ledger(2);
  for (const Event& event : events) ledger.on(event);
  return ledger.finish(5000);
}

}  // namespace

TEST_CASE("trace file: JSON and CSV fold to what the run itself booked, compressed or not") {
  for (const bool compress : {false, true}) {
    const TemporaryFolder folder("trace");
    const auto recorded = record(folder, small_run(), 0, {}, compress);
    for (const auto& path : {recorded.json, recorded.csv}) {
      const auto summary = summarize_trace(path);
      CHECK(summary.is_whole);
      CHECK(summary.contents.facts.layers == std::vector<std::string>{"first \"layer\", quoted", "second"});
      check_equal(summary.activity, folded(small_run()));
    }
  }
}

TEST_CASE("trace file: the slices of a thread never overlap, and time never runs backwards") {
  const TemporaryFolder folder("trace");
  const auto trace = json::parse(text_of(record(folder, small_run()).json));
  CHECK(trace["displayTimeUnit"] == "ns");
  double last = 0;
  std::map<uint64_t, double> ends;
  for (const auto& event : trace["traceEvents"]) {
    if (event["ph"] == "M") continue;
    CHECK(event["ts"].get<double>() >= last);
    last = event["ts"];
    if (event["ph"] != "X") continue;
    double& end = ends[event["tid"].get<uint64_t>()];
    CHECK(event["ts"].get<double>() >= end);  // as viewers add
    end = event["ts"].get<double>() + event["dur"].get<double>();
  }
}

TEST_CASE("trace file: late slices are as long as viewers' doubles allow, and no longer") {
  const TemporaryFolder folder("trace");
  std::vector<Event> events;
  uint64_t cycle = 5'000'000'011;  // at a nanosecond each: 5 s, where microseconds as doubles lie 2^-30 apart
  for (uint64_t length = 1; length <= 200; ++length, cycle += length - 1)
    events.push_back(piece(Kind::setup, cycle, cycle + length));
  const auto trace = json::parse(text_of(record(folder, events).json));
  uint64_t length = 0, shortened = 0;
  for (const auto& event : trace["traceEvents"]) {
    if (event["ph"] != "X") continue;
    const double begin = event["ts"], duration = event["dur"], asked = static_cast<double>(++length) / 1000;
    const double end = static_cast<double>(5'000'000'011 + length * (length + 1) / 2) / 1000;
    CHECK(begin + duration <= end);
    if (duration == asked) continue;
    ++shortened;
    CHECK(duration < asked);
    CHECK(begin + std::nextafter(duration, asked) > end);
  }
  CHECK(length == 200);
  CHECK(shortened > 10);  // else nothing was shown
}

TEST_CASE("trace file: a slice says what it was, and an arrow leads from a transfer to what waited for it") {
  const TemporaryFolder folder("trace");
  const auto trace = json::parse(text_of(record(folder, small_run()).json));
  std::map<std::string, json> by_kind;  // the last of each
  for (const auto& event : trace["traceEvents"]) {
    if (event.contains("cat"))
      by_kind[event["cat"].get<std::string>() + "/" + event["ph"].get<std::string>()] = event;
  }
  const json& copy = by_kind.at("copy/X");
  CHECK(copy["name"] == "ddr to l2");
  CHECK(copy["args"]["layer"] == "first \"layer\", quoted");
  CHECK(copy["args"]["bytes"] == 4096);
  CHECK(copy["args"]["waits_for"] == "ddr");
  CHECK(copy["ts"] == 0.11);  // cycle 110 at 1 GHz, in microseconds
  CHECK(copy["dur"] == 0.2);
  CHECK(by_kind.at("stall/X")["args"]["descriptor"] == 1);
  CHECK(by_kind.at("issue/X")["dur"] == 0.011);  // two pieces that follow each other are one
  CHECK(by_kind.at("wait/s")["tid"] == copy["tid"]);
  CHECK(by_kind.at("wait/s")["ts"] == 0.309);  // the transfer's last cycle
  CHECK(by_kind.at("wait/f")["tid"] == by_kind.at("stream/X")["tid"]);
  CHECK(by_kind.at("wait/f")["ts"] == by_kind.at("stream/X")["ts"]);
  CHECK(by_kind.at("wait/f")["id"] == by_kind.at("wait/s")["id"]);
}

TEST_CASE("trace file: counters are the bytes of a window over its time") {
  const TemporaryFolder folder("trace");
  const auto trace = json::parse(text_of(record(folder, small_run()).json));
  std::vector<double> ddr;
  for (const auto& event : trace["traceEvents"])
    if (event["ph"] == "C" && event["name"] == "DDR GB/s") ddr.push_back(event["args"]["read"]);
  CHECK(ddr == std::vector<double>{4.0, 0.0});  // 4096 bytes in the first 1024 ns, then none
}

TEST_CASE("trace file: the CSV begins with the columns that people read") {
  const TemporaryFolder folder("trace");
  std::istringstream csv(text_of(record(folder, small_run()).csv));
  std::string header, first;
  std::getline(csv, header);
  CHECK(header.rfind("core,unit,channel,layer,tile,kind,start_cycle,end_cycle,bytes,cause,", 0) == 0);
  std::getline(csv, first);
  CHECK(first.rfind("0,dsp,,\"first \"\"layer\"\", quoted\",0,setup,0,100,0,,", 0) == 0);
}

TEST_CASE("trace file: VCD changes come in the order of time, and a unit is 1 while it is busy") {
  const TemporaryFolder folder("trace");
  std::istringstream vcd(text_of(record(folder, small_run()).vcd));
  std::map<std::string, std::string> codes;  // by the signal's name
  std::vector<std::pair<uint64_t, char>> streams;
  uint64_t time = 0;
  for (std::string line; std::getline(vcd, line);) {
    std::istringstream words(line);
    std::string word, type, width, code, name;
    words >> word;
    if (word == "$var" && words >> type >> width >> code >> name) codes[name] = code;
    if (line[0] == '#') {
      const uint64_t now = std::stoull(line.substr(1));
      CHECK(now >= time);
      time = now;
    }
    if ((line[0] == '0' || line[0] == '1') && line.substr(1) == codes["mma_stream"])
      streams.emplace_back(time, line[0]);
  }
  // Picoseconds of the 1 GHz clock.
  CHECK(streams == std::vector<std::pair<uint64_t, char>>{{0, '0'}, {315000, '1'}, {379000, '0'}});
}

TEST_CASE("trace file: a limit ends the file where it stands, and says so") {
  const TemporaryFolder folder("trace");
  const auto recorded = record(folder, small_run(), 3000);
  CHECK(recorded.is_truncated);
  CHECK(text_of(recorded.json).size() <= 3000);
  CHECK(json::parse(text_of(recorded.json))["mmasim"]["complete"] == false);
  const auto summary = summarize_trace(recorded.json);
  CHECK_FALSE(summary.is_whole);
  CHECK(summary.contents.truncated_cycle);
  CHECK(summarize_trace(record(folder, small_run(), 700).csv).contents.truncated_cycle);
}

TEST_CASE("trace file: of layers that are left out only the begin is recorded") {
  const TemporaryFolder folder("trace");
  const auto recorded = record(folder, small_run(), 0, {false, true});
  for (const auto& path : {recorded.json, recorded.csv}) {
    const auto summary = summarize_trace(path);
    CHECK(summary.is_recorded == std::vector<bool>{false, true});
    CHECK(summary.activity.layers[0].ddr.read_bytes == 0);
    CHECK(summary.activity.layers[1].dsp_cycles == 4600);
    CHECK(summary.activity.total_cycles == 5000);
  }
}

TEST_CASE("trace file: what is damaged is refused in a line") {
  const TemporaryFolder folder("trace");
  const auto recorded = record(folder, small_run());
  const auto text = text_of(recorded.json), csv = text_of(recorded.csv);
  const auto path = folder.file("damaged");
  const auto with = [&](std::string changed, const std::string& from, const std::string& to) {
    const size_t at = changed.find(from);
    REQUIRE(at != std::string::npos);
    changed.replace(at, from.size(), to);
    write(path, changed);
    return what_is_wrong(path);
  };
  CHECK(with(text, "mmasim.trace/1", "mmasim.trace/9") ==
        "no trace of mmasim: otherData.schema is not mmasim.trace/1");
  CHECK(with(text, "\"cat\":\"stream\"", "\"cat\":\"dream\"").rfind("damaged: event ", 0) == 0);
  CHECK(with(text, "\"waits_for\":\"ddr\"", "\"waits_for\":\"rain\"").rfind("damaged: event ", 0) == 0);
  CHECK(with(text, "\"layer_index\":1", "\"layer_index\":2").rfind("damaged: record ", 0) == 0);
  CHECK(with(text, "\"sequence\":3", "\"sequence\":2").rfind("damaged: record ", 0) == 0);
  CHECK(with(text, "\"sequence\":3", "\"sequence\":99") == "damaged: a record lacks");
  CHECK(with(text, "\"ts\":0.315", "\"ts\":-1").rfind("damaged: event ", 0) == 0);
  CHECK(with(text, "\"clock_period_ps\":1000", "\"clock_period_ps\":0") == "damaged: clock_period_ps is 0");
  CHECK(with(csv, ",kind,", ",sort,") == "no trace of mmasim: it has no column 'kind'");
  CHECK(with(csv, "vectors", "vectors,") == "damaged: line 12");
  write(path, "");
  CHECK(what_is_wrong(path) == "no trace of mmasim: it is empty");
  write(path, "$timescale 1 ps $end");
  CHECK(what_is_wrong(path) == "a VCD is for viewers; give the run's trace.json or trace.csv");
  CHECK(what_is_wrong(folder.file("none")).rfind("cannot be read: ", 0) == 0);
  for (size_t bytes = 0; bytes < text.size(); bytes += 97) {  // cut short anywhere
    write(path, text.substr(0, bytes));
    CHECK(what_is_wrong(path) != "nothing");
  }
}

TEST_CASE("trace file: compressed data that ends early is refused") {
  const TemporaryFolder folder("trace");
  const auto text = text_of(record(folder, small_run(), 0, {}, true).json);
  write(folder.file("cut"), text.substr(0, text.size() / 2));
  CHECK(what_is_wrong(folder.file("cut")) == "damaged: the compressed data ends early or is broken");
}

TEST_CASE("trace file: the same run has the same bytes") {
  const TemporaryFolder one("trace-one"), other("trace-other");
  const auto first = record(one, small_run(), 0, {}, true), second = record(other, small_run(), 0, {}, true);
  CHECK(text_of(first.json) == text_of(second.json));
  CHECK(text_of(first.csv) == text_of(second.csv));
  CHECK(text_of(first.vcd) == text_of(second.vcd));
}

TEST_CASE("trace summary: units overlap where both are at work") {
  const TemporaryFolder folder("trace");
  const auto summary = summarize_trace(record(folder, small_run()).csv);
  const auto cycles = [&](Busy a, Busy b) {
    return summary.overlap[static_cast<size_t>(a)][static_cast<size_t>(b)];
  };
  CHECK(cycles(Busy::mma, Busy::mma) == 64);
  CHECK(cycles(Busy::dsp, Busy::dsp) == 4600);
  CHECK(cycles(Busy::dma, Busy::dma) == 160);
  CHECK(cycles(Busy::ddr, Busy::ddr) == 160);
  CHECK(cycles(Busy::wait, Busy::wait) == 199);
  CHECK(cycles(Busy::dma, Busy::wait) == 160);  // 140..299 of 111..309
  CHECK(cycles(Busy::mma, Busy::dma) == 0);
}

TEST_CASE("trace file: the recorded examples tell the same in both formats") {
  const std::string folder = MMASIM_SOURCE_DIR "/traces/examples/";
  const auto csv = summarize_trace(folder + "lenet5-int8.csv");
  const auto compressed = summarize_trace(folder + "lenet5-int8.json.gz");
  CHECK(csv.is_whole);
  CHECK(csv.contents.facts.layers == compressed.contents.facts.layers);
  CHECK(csv.activity.layers.size() == 7);  // the call, two convolutions, two pools, two products
  check_equal(csv.activity, compressed.activity);
  CHECK(csv.overlap == compressed.overlap);
}
