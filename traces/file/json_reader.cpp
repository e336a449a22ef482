#include "traces/file/json_reader.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "traces/file/text_file.h"

namespace mmasim::traces {
namespace {

// An event object as far as it has been read.
struct OpenEvent {
  std::string phase, category, cause;
  double ts = 0, dur = 0;
  uint64_t process = 0;
  Record record;
  bool has_fault = false;
};

// Where the parser is, by depth: the file's object, one of its parts, an event, the event's arguments.
class Handler : public nlohmann::json_sax<nlohmann::json> {
 public:
  Handler(const TextSource& source, const RecordVisitor& visitor) : source_(source), visitor_(visitor) {}

  TraceContents take() {
    if (!is_ours_) source_.refuse("no trace of mmasim: otherData.schema is not mmasim.trace/1");
    if (!has_end_) source_.refuse("damaged: the trace has no end");
    return std::move(contents_);
  }

  bool null() override { return true; }
  bool boolean(bool value) override {
    if (depth_ == 2 && part_ == "mmasim" && key_ == "complete") {
      has_end_ = true;
      if (!value) contents_.truncated_cycle = contents_.truncated_cycle.value_or(0);
    }
    return true;
  }
  bool number_integer(number_integer_t value) override {
    return value < 0 ? fault() : number(static_cast<double>(value), static_cast<uint64_t>(value));
  }
  bool number_unsigned(number_unsigned_t value) override { return number(static_cast<double>(value), value); }
  bool number_float(number_float_t value, const string_t&) override {
    if (depth_ == 3 && key_ == "ts") event_.ts = value;
    if (depth_ == 3 && key_ == "dur") event_.dur = value;
    return true;
  }
  bool string(string_t& value) override {
    if (part_ == "otherData") return about(value);
    if (part_ != "traceEvents") return true;
    if (depth_ == 3 && key_ == "ph") event_.phase = value;
    if (depth_ == 3 && key_ == "cat") event_.category = value;
    if (depth_ == 4 && key_ == "waits_for") event_.cause = value;
    return true;
  }
  bool binary(binary_t&) override { return true; }

  bool start_object(std::size_t) override {
    if (++depth_ == 3 && part_ == "traceEvents") event_ = OpenEvent{};
    return true;
  }
  bool end_object() override {
    if (depth_-- == 3 && part_ == "traceEvents") finish_event();
    return true;
  }
  bool start_array(std::size_t) override {
    ++depth_;
    return true;
  }
  bool end_array() override {
    --depth_;
    return true;
  }
  bool key(string_t& name) override {
    if (depth_ == 1) part_ = name;
    key_ = name;
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
    source_.refuse("damaged: not JSON at byte " + std::to_string(position));
  }

 private:
  bool fault() {
    event_.has_fault = true;
    return true;
  }

  bool about(const std::string& value) {
    RunFacts& facts = contents_.facts;
    if (depth_ == 3 && key_ == "layers") {
      if (facts.layers.size() >= kMostLayers) source_.refuse("damaged: too many layers");
      facts.layers.push_back(value);
    }
    if (depth_ != 2) return true;
    if (key_ == "schema") is_ours_ = value == "mmasim.trace/1";
    if (key_ == "network") facts.network = value;
    if (key_ == "precision") facts.precision = value;
    if (key_ == "hardware") facts.hardware = value;
    return true;
  }

  bool number(double value, uint64_t integer) {
    RunFacts& facts = contents_.facts;
    if (depth_ == 2 && part_ == "otherData" && key_ == "cores") {
      if (integer == 0 || integer > kMostCores)
        source_.refuse("damaged: cores is " + std::to_string(integer));
      facts.cores = static_cast<uint32_t>(integer);
    } else if (depth_ == 2 && part_ == "otherData" && key_ == "clock_period_ps") {
      if (integer == 0) source_.refuse("damaged: clock_period_ps is 0");
      facts.clock_period_ps = integer;
      contents_.knows_clock = true;
    } else if (depth_ == 2 && part_ == "mmasim" && key_ == "truncated_at_cycle") {
      contents_.truncated_cycle = integer;
    } else if (part_ == "traceEvents" && depth_ == 3) {
      if (key_ == "ts") event_.ts = value;
      if (key_ == "dur") event_.dur = value;
      if (key_ == "pid") event_.process = integer;
    } else if (part_ == "traceEvents" && depth_ == 4) {
      argument(integer);
    }
    return true;
  }

  void argument(uint64_t value) {
    if (key_ == "tile") {
      event_.record.tile = static_cast<uint32_t>(value);
      return;
    }
    for (const RecordField& field : kFields) {
      if (key_ != field.name) continue;
      if (!field.set(event_.record, value)) event_.has_fault = true;
      return;
    }
  }

  uint64_t cycles_of(double microseconds) const {
    return static_cast<uint64_t>(
        std::llround(microseconds * 1e6 / static_cast<double>(contents_.facts.clock_period_ps)));
  }

  // Slices, begins of layers and instants are records; counters, arrows and names are for viewers.
  void finish_event() {
    ++events_;
    if (event_.phase != "X" && event_.phase != "B" && event_.phase != "i") return;
    constexpr double kLongest = 1e12;  // microseconds
    Event& of = event_.record.event;
    const bool is_known =
        kind_of(event_.category.c_str(), of.kind) && cause_of(event_.cause.c_str(), of.cause);
    const bool has_time = event_.ts >= 0 && event_.ts < kLongest && event_.dur >= 0 && event_.dur < kLongest;
    if (!is_ours_) source_.refuse("no trace of mmasim: otherData.schema is not mmasim.trace/1");
    if (!is_known || !has_time || event_.has_fault || event_.process == 0)
      source_.refuse("damaged: event " + std::to_string(events_) + " of traceEvents");
    // What all cores share is a process behind theirs.
    of.core = static_cast<uint16_t>(
        of.kind == Kind::access ? 0 : std::min<uint64_t>(event_.process - 1, kMostCores));
    of.begin = cycles_of(event_.ts);
    of.end = of.begin + cycles_of(event_.dur);
    if (of.kind == Kind::slip) std::swap(of.end, of.done);
    if (of.kind == Kind::slip) of.done = 0;
    visitor_(contents_.facts, event_.record);
  }

  const TextSource& source_;
  const RecordVisitor& visitor_;
  TraceContents contents_;
  OpenEvent event_;
  std::string part_, key_;
  uint64_t depth_ = 0, events_ = 0;
  bool is_ours_ = false, has_end_ = false;
};

}  // namespace

TraceContents read_json_trace(const TextSource& source, std::istream& stream, const RecordVisitor& visitor) {
  Handler handler(source, visitor);
  nlohmann::json::sax_parse(stream, &handler);
  return handler.take();
}

}  // namespace mmasim::traces
