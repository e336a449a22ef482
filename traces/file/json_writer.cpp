#include "traces/file/json_writer.h"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <cstring>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "traces/file/flows.h"
#include "traces/file/tracks.h"

namespace mmasim::traces {
namespace {

using Buffer = fmt::memory_buffer;
constexpr uint64_t kTailBytes = 1024;  // kept free for what ends a truncated file

// Microseconds, whole picoseconds behind the point.
void append_us(Buffer& to, uint64_t cycle, uint64_t period_ps) {
  const uint64_t ps = cycle * period_ps;
  uint64_t part = ps % 1'000'000;
  fmt::format_to(std::back_inserter(to), FMT_COMPILE("{}"), ps / 1'000'000);
  if (part == 0) return;
  int digits = 6;
  for (; part % 10 == 0; --digits) part /= 10;
  fmt::format_to(std::back_inserter(to), ".{:0{}}", part, digits);
}

uint64_t bits_of(double value) {
  uint64_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}
double of_bits(uint64_t bits) {
  double value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

// The longest of all durations below `beyond` after which `begin` is not behind `end`, as doubles are added.
// Those that are not negative stand in the order of their bits; near the end they may be thousands apart.
double longest_within(double begin, double end, double beyond) {
  const auto fits = [&](uint64_t bits) { return begin + of_bits(bits) <= end; };
  uint64_t above = bits_of(beyond), step = 1;
  for (; step < above && !fits(above - step); step *= 2) above -= step;
  uint64_t within = step < above ? above - step : 0;
  while (above - within > 1) {
    const uint64_t middle = within + (above - within) / 2;
    (fits(middle) ? within : above) = middle;
  }
  return of_bits(within);
}

// Viewers add ts and dur as doubles: a sum beyond the end, by rounding, would put the next slice inside this
// one.
void append_duration_us(Buffer& to, uint64_t begin, uint64_t end, uint64_t period_ps) {
  const auto us = [&](uint64_t cycles) { return static_cast<double>(cycles * period_ps) / 1e6; };
  const double duration = us(end - begin);
  if (us(begin) + duration <= us(end)) return append_us(to, end - begin, period_ps);
  fmt::format_to(std::back_inserter(to), FMT_COMPILE("{}"), longest_within(us(begin), us(end), duration));
}

// What stands in the viewer on the slice.
void append_name(Buffer& to, const Event& event) {
  const auto put = [&](const char* text) { fmt::format_to(std::back_inserter(to), FMT_COMPILE("{}"), text); };
  switch (event.kind) {
    case Kind::stall:
      put("wait for ");
      return put(event.cause == Cause::sync ? "array" : name_of(event.cause));
    case Kind::close:
      return put("drain array");
    case Kind::copy:
      put(name_of(event.from));
      put(" to ");
      return put(name_of(event.to));
    default:
      return put(name_of(event.kind));
  }
}

class JsonWriter : public Writer {
 public:
  JsonWriter(std::unique_ptr<TextFile> file, const RunFacts& facts, uint64_t limit_bytes)
      : file_(std::move(file)),
        period_ps_(facts.clock_period_ps),
        limit_bytes_(limit_bytes),
        shared_process_(facts.cores + 1),
        flows_(facts.cores),
        open_layer_(facts.cores) {
    nlohmann::ordered_json about = {
        {"schema", "mmasim.trace/1"}, {"network", facts.network}, {"precision", facts.precision},
        {"hardware", facts.hardware}, {"cores", facts.cores},     {"clock_period_ps", facts.clock_period_ps},
        {"layers", facts.layers}};
    using nlohmann::ordered_json;
    file_->write("{\"displayTimeUnit\":\"ns\",\"otherData\":" +
                 about.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + ",\n\"traceEvents\":[");
    for (const auto& layer : facts.layers) layers_.push_back(quoted(layer));
    for (uint32_t core = 0; core < facts.cores; ++core) {
      name_process(core + 1, fmt::format("core {}", core));
      name_lane(core + 1, Lanes::layers_lane(static_cast<uint16_t>(core)), "layers");
    }
    name_process(shared_process_, "memories");
    name_lane(shared_process_, kDdrThread, "DDR");
  }

  void write(const Record& record) override {
    const Event& event = record.event;
    flush_due(event.begin);
    if (event.kind == Kind::layer || event.kind == Kind::finish) return write_layer(record);
    if (event.kind == Kind::commands || event.kind == Kind::slip) return write_instant(record);
    if (event.kind == Kind::access) return write_slice(record, shared_process_, kDdrThread);
    const Lane lane = lanes_.place(record);
    if (lane.is_new) name_lane(event.core + 1u, lane.id, lane.name);
    write_slice(record, event.core + 1u, lane.id);
    if (!is_truncated()) follow(event, lane.id);
  }

  void write(const Sample& sample) override {
    flush_due(sample.cycle);
    const bool is_shared = sample.meter == Meter::ddr || sample.meter == Meter::l3;
    Buffer& item = begin_item("C", sample.cycle, is_shared ? shared_process_ : sample.core + 1u, 0);
    auto out = std::back_inserter(item);
    const auto rate = [&](uint64_t bytes) { return gigabytes_per_second(bytes, period_ps_); };
    switch (sample.meter) {
      case Meter::l2_held:
        fmt::format_to(out, R"(,"name":"L2 bytes in use","args":{{"bytes":{}}}}})", sample.read);
        break;
      case Meter::outstanding:
        fmt::format_to(out, R"(,"name":"outstanding transfers","args":{{"transfers":{}}}}})", sample.read);
        break;
      default:
        fmt::format_to(out, R"(,"name":"{} GB/s","args":{{"read":{:.4g},"write":{:.4g}}}}})",
                       sample.meter == Meter::ddr  ? "DDR"
                       : sample.meter == Meter::l3 ? "L3"
                                                   : "L2",
                       rate(sample.read), rate(sample.written));
    }
    end_item(sample.cycle);
  }

  void end() override {
    flush_due(UINT64_MAX);
    file_->write("\n],\"mmasim\":{\"complete\":");
    file_->write(is_truncated() ? fmt::format("false,\"truncated_at_cycle\":{}}}}}\n", truncated_cycle())
                                : "true}}\n");
    file_->close();
  }

 private:
  static constexpr uint32_t kDdrThread = UINT32_MAX >> 1;

  // An item waits in item_ until it is known to have room.
  Buffer& begin_item(const char* phase, uint64_t cycle, uint32_t process, uint32_t thread) {
    item_.clear();
    fmt::format_to(std::back_inserter(item_), FMT_COMPILE(R"({{"ph":"{}","pid":{},"tid":{},"ts":)"), phase,
                   process, thread);
    append_us(item_, cycle, period_ps_);
    return item_;
  }
  void end_item(uint64_t cycle) {
    if (is_truncated()) return;
    if (limit_bytes_ != 0 && file_->text_bytes() + item_.size() + kTailBytes > limit_bytes_)
      return truncate(cycle);
    file_->write(is_first_ ? "\n" : ",\n");
    is_first_ = false;
    file_->write({item_.data(), item_.size()});
  }

  void write_metadata(const char* what, uint32_t process, uint32_t thread, const std::string& value) {
    item_.clear();
    fmt::format_to(std::back_inserter(item_), R"({{"ph":"M","name":"{}","pid":{},"tid":{},"args":{{{}}}}})",
                   what, process, thread, value);
    end_item(0);
  }
  void name_process(uint32_t process, const std::string& name) {
    write_metadata("process_name", process, 0, "\"name\":" + quoted(name));
    write_metadata("process_sort_index", process, 0, "\"sort_index\":" + std::to_string(process));
  }
  void name_lane(uint32_t process, uint32_t thread, const std::string& name) {
    write_metadata("thread_name", process, thread, "\"name\":" + quoted(name));
    write_metadata("thread_sort_index", process, thread, "\"sort_index\":" + std::to_string(thread));
  }

  const std::string& layer_of(const Event& event) const { return layers_.at(event.layer); }

  void append_arguments(const Record& record) {
    const Event& event = record.event;
    auto out = std::back_inserter(item_);
    fmt::format_to(out, FMT_COMPILE(R"("cat":"{}","args":{{"layer":{},"tile":{},"bytes":{})"),
                   name_of(event.kind), layers_.empty() ? "\"\"" : layer_of(event), record.tile,
                   bytes_of(event));
    if (event.cause != Cause::none)
      fmt::format_to(out, FMT_COMPILE(R"(,"waits_for":"{}")"), name_of(event.cause));
    for (const RecordField& field : kFields) {
      if (const uint64_t value = field.get(record); value != 0)
        fmt::format_to(out, FMT_COMPILE(R"(,"{}":{})"), field.name, value);
    }
    fmt::format_to(out, FMT_COMPILE("}}}}"));
  }

  void write_slice(const Record& record, uint32_t process, uint32_t thread) {
    const Event& event = record.event;
    Buffer& item = begin_item("X", event.begin, process, thread);
    fmt::format_to(std::back_inserter(item), FMT_COMPILE(R"(,"dur":)"));
    append_duration_us(item, event.begin, event.end, period_ps_);
    fmt::format_to(std::back_inserter(item), FMT_COMPILE(R"(,"name":")"));
    append_name(item, event);
    fmt::format_to(std::back_inserter(item), FMT_COMPILE(R"(",)"));
    append_arguments(record);
    end_item(event.begin);
  }

  // How long a loss lasted stands in `done_cycle`.
  void write_instant(const Record& record) {
    const Event& event = record.event;
    Buffer& item = begin_item("i", event.begin, event.core + 1u, Lanes::layers_lane(event.core));
    fmt::format_to(std::back_inserter(item), R"(,"s":"t","name":"{}",)",
                   event.kind == Kind::slip ? "array loses cycles" : "DDR commands");
    Record shown = record;
    if (event.kind == Kind::slip) shown.event.done = event.end;
    append_arguments(shown);
    end_item(event.begin);
  }

  // A layer's slice ends where the next one begins. Viewers match both ends by name and arguments.
  void write_layer(const Record& record) {
    const Event& event = record.event;
    const uint32_t lane = Lanes::layers_lane(event.core);
    std::string& open = open_layer_[event.core];
    if (!open.empty()) {
      fmt::format_to(std::back_inserter(begin_item("E", event.begin, event.core + 1u, lane)), "{}", open);
      end_item(event.begin);
    }
    const bool begins = event.kind == Kind::layer;
    Buffer& item = begin_item(begins ? "B" : "i", event.begin, event.core + 1u, lane);
    const size_t head = item.size();
    fmt::format_to(std::back_inserter(item), R"(,{}"name":{},)", begins ? "" : R"("s":"t",)",
                   !begins           ? "\"end\""
                   : layers_.empty() ? "\"layer\""
                                     : layer_of(event));
    append_arguments(record);
    open = begins ? std::string(item.data() + head, item.size() - head) : "";
    end_item(event.begin);
  }

  void follow(const Event& event, uint32_t lane) {
    Flows& flows = flows_[event.core];
    if (event.kind == Kind::copy || event.kind == Kind::fill)
      return start(event.core, flows.transfer(event, lane));
    if (event.kind == Kind::stall) return start(event.core, flows.stall(event));
    const bool computes = event.kind == Kind::load || event.kind == Kind::stream ||
                          event.kind == Kind::transfer || event.kind == Kind::vectors;
    if (!computes) return;
    for (const FlowEnd& end : flows.compute(event, lane)) write_arrow("f", R"("bp":"e",)", {event.core, end});
  }

  // An arrow starts in the last cycle of its transfer, which is still to come.
  void start(uint16_t core, const std::optional<FlowEnd>& end) {
    if (end) starts_.emplace(end->cycle, Arrow{core, *end});
  }
  void flush_due(uint64_t cycle) {
    while (!starts_.empty() && starts_.begin()->first <= cycle) {
      write_arrow("s", "", starts_.begin()->second);
      starts_.erase(starts_.begin());
    }
  }
  struct Arrow {
    uint16_t core;
    FlowEnd end;
  };
  void write_arrow(const char* phase, const char* binding, const Arrow& arrow) {
    Buffer& item = begin_item(phase, arrow.end.cycle, arrow.core + 1u, arrow.end.lane);
    fmt::format_to(std::back_inserter(item), R"(,{}"name":"waited for","cat":"wait","id":{}}})", binding,
                   uint64_t{arrow.core} << 32 | arrow.end.descriptor);
    end_item(arrow.end.cycle);
  }

  const std::unique_ptr<TextFile> file_;
  const uint64_t period_ps_, limit_bytes_;
  const uint32_t shared_process_;
  std::vector<std::string> layers_;  // quoted
  Lanes lanes_;
  std::vector<Flows> flows_;               // of each core
  std::multimap<uint64_t, Arrow> starts_;  // that are still to be written
  std::vector<std::string> open_layer_;    // of each core: the rest of the layer's slice, for its end
  Buffer item_;
  bool is_first_ = true;
};

}  // namespace

std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::unique_ptr<Writer> make_json_writer(std::unique_ptr<TextFile> file, const RunFacts& facts,
                                         uint64_t limit_bytes) {
  return std::make_unique<JsonWriter>(std::move(file), facts, limit_bytes);
}

}  // namespace mmasim::traces
