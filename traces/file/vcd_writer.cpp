#include "traces/file/vcd_writer.h"

#include <fmt/format.h>

#include <map>
#include <utility>
#include <vector>

namespace mmasim::traces {
namespace {

constexpr uint64_t kTailBytes = 256;

enum class Shape : uint8_t { wire, number, real, text };

// A signal and its value; a wire counts how many keep it at 1.
struct Signal {
  Shape shape;
  std::string code;
  uint64_t count = 0;
};

// The signals of a core, one after another; the channels' stand behind them.
enum CoreSignal : uint32_t {
  kLayer,
  kTile,
  kStreams,
  kLoads,
  kTransfers,
  kVectors,
  kOverhead,
  kWaiting,
  kCause,
  kEngine,
  kL2Read,
  kL2Write,
  kL2Held,
  kOutstanding,
  kChannels
};
struct Declared {
  Shape shape;
  const char* name;
};
constexpr Declared kCoreSignals[kChannels] = {
    {Shape::number, "layer"},           {Shape::number, "tile"},
    {Shape::wire, "mma_stream"},        {Shape::wire, "mma_load"},
    {Shape::wire, "mma_transfer"},      {Shape::wire, "dsp_vectors"},
    {Shape::wire, "dsp_overhead"},      {Shape::wire, "dsp_waits"},
    {Shape::text, "dsp_waits_for"},     {Shape::wire, "dma_moving"},
    {Shape::real, "l2_read_gbps"},      {Shape::real, "l2_write_gbps"},
    {Shape::number, "l2_in_use_bytes"}, {Shape::number, "outstanding_transfers"},
};
enum SharedSignal : uint32_t { kDdrBusy, kDdrRead, kDdrWrite, kL3Read, kL3Write, kSharedSignals };
constexpr Declared kShared[kSharedSignals] = {{Shape::wire, "ddr_busy"},
                                              {Shape::real, "ddr_read_gbps"},
                                              {Shape::real, "ddr_write_gbps"},
                                              {Shape::real, "l3_read_gbps"},
                                              {Shape::real, "l3_write_gbps"}};

// Printable characters but blanks, as the format wants them.
std::string code_of(size_t index) {
  std::string code;
  do {
    code += static_cast<char>('!' + index % 94);
    index /= 94;
  } while (index > 0);
  return code;
}

class VcdWriter : public Writer {
 public:
  VcdWriter(std::unique_ptr<TextFile> file, const RunFacts& facts, uint32_t channels, uint64_t limit_bytes)
      : file_(std::move(file)),
        period_ps_(facts.clock_period_ps),
        limit_bytes_(limit_bytes),
        per_core_(kChannels + channels),
        shared_(facts.cores * per_core_) {
    std::string header = "$comment mmasim " + std::string("trace") + " $end\n$timescale 1 ps $end\n";
    for (uint32_t core = 0; core < facts.cores; ++core) {
      header += fmt::format("$scope module core{} $end\n", core);
      for (const auto& signal : kCoreSignals) declare(signal.shape, signal.name, header);
      for (uint32_t channel = 0; channel < channels; ++channel)
        declare(Shape::number, fmt::format("dma_channel{}_transfers", channel), header);
      header += "$upscope $end\n";
    }
    header += "$scope module memories $end\n";
    for (const auto& signal : kShared) declare(signal.shape, signal.name, header);
    header += "$upscope $end\n$enddefinitions $end\n#0\n$dumpvars\n";
    for (const Signal& signal : signals_) header += value_of(signal, 0, "");
    file_->write(header + "$end\n");
  }

  void write(const Record& record) override {
    const Event& event = record.event;
    flush(event.begin);
    switch (event.kind) {
      case Kind::layer:
        set(core(event, kLayer), event.layer, event.begin);
        return set(core(event, kTile), 0, event.begin);
      case Kind::stream:
        set(core(event, kTile), record.tile, event.begin);
        return raise(core(event, kStreams), event);
      case Kind::load:
        return raise(core(event, kLoads), event);
      case Kind::transfer:
      case Kind::range:
        return raise(core(event, kTransfers), event);
      case Kind::vectors:
        set(core(event, kTile), record.tile, event.begin);
        return raise(core(event, kVectors), event);
      case Kind::setup:
      case Kind::issue:
        return raise(core(event, kOverhead), event);
      case Kind::stall:
        say(core(event, kCause), name_of(event.cause), event.begin);
        return raise(core(event, kWaiting), event);
      case Kind::moving:
        return raise(core(event, kEngine), event);
      case Kind::copy:
      case Kind::fill:
        return raise(core(event, kChannels + event.channel), event);
      case Kind::access:
        return raise(shared_ + kDdrBusy, event);
      default:
        return;
    }
  }

  void write(const Sample& sample) override {
    flush(sample.cycle);
    const uint32_t of_core = sample.core * per_core_;
    switch (sample.meter) {
      case Meter::ddr:
        measure(shared_ + kDdrRead, sample.read, sample.cycle);
        return measure(shared_ + kDdrWrite, sample.written, sample.cycle);
      case Meter::l3:
        measure(shared_ + kL3Read, sample.read, sample.cycle);
        return measure(shared_ + kL3Write, sample.written, sample.cycle);
      case Meter::l2:
        measure(of_core + kL2Read, sample.read, sample.cycle);
        return measure(of_core + kL2Write, sample.written, sample.cycle);
      case Meter::l2_held:
        return set(of_core + kL2Held, sample.read, sample.cycle);
      case Meter::outstanding:
        return set(of_core + kOutstanding, sample.read, sample.cycle);
    }
  }

  void end() override {
    flush(UINT64_MAX);
    if (is_truncated()) file_->write("$comment truncated $end\n");
    file_->close();
  }

 private:
  void declare(Shape shape, const std::string& name, std::string& header) {
    signals_.push_back({shape, code_of(signals_.size())});
    const char* const type = shape == Shape::wire     ? "wire 1"
                             : shape == Shape::number ? "integer 64"
                             : shape == Shape::real   ? "real 64"
                                                      : "string 1";
    header += fmt::format("$var {} {} {} $end\n", type, signals_.back().code, name);
  }

  static std::string value_of(const Signal& signal, uint64_t value, const std::string& text) {
    switch (signal.shape) {
      case Shape::wire:
        return (value != 0 ? "1" : "0") + signal.code + "\n";
      case Shape::number:
        return fmt::format("b{:b} {}\n", value, signal.code);
      case Shape::real:
        return fmt::format("r0 {}\n", signal.code);
      case Shape::text:
        return fmt::format("s{} {}\n", text.empty() ? "-" : text, signal.code);
    }
    return "";
  }

  uint32_t core(const Event& event, uint32_t signal) const { return event.core * per_core_ + signal; }

  // Changes wait for their time: ends lie ahead. One that comes late takes effect at once.
  void change(uint64_t cycle, uint32_t signal, int step) { ends_.emplace(cycle, std::pair{signal, step}); }
  void raise(uint32_t signal, const Event& event) {
    if (event.end <= event.begin) return;
    count(signal, 1, event.begin);
    change(event.end, signal, -1);
  }
  void count(uint32_t index, int step, uint64_t cycle) {
    Signal& signal = signals_[index];
    const bool was = signal.count != 0;
    signal.count += static_cast<uint64_t>(static_cast<int64_t>(step));
    if (signal.shape == Shape::number || was != (signal.count != 0))
      put(cycle, value_of(signal, signal.count, ""));
  }
  void set(uint32_t index, uint64_t value, uint64_t cycle) {
    put(cycle, value_of(signals_[index], value, ""));
  }
  void say(uint32_t index, const char* text, uint64_t cycle) {
    put(cycle, value_of(signals_[index], 0, text));
  }
  void measure(uint32_t index, uint64_t bytes, uint64_t cycle) {
    put(cycle, fmt::format("r{:.6g} {}\n", gigabytes_per_second(bytes, period_ps_), signals_[index].code));
  }

  void flush(uint64_t cycle) {
    while (!ends_.empty() && ends_.begin()->first <= cycle) {
      const auto [at, step] = *ends_.begin();
      ends_.erase(ends_.begin());
      count(step.first, step.second, at);
    }
  }

  void put(uint64_t cycle, const std::string& line) {
    if (is_truncated()) return;
    std::string text = cycle > cycle_ ? fmt::format("#{}\n", cycle * period_ps_) : "";
    text += line;
    if (limit_bytes_ != 0 && file_->text_bytes() + text.size() + kTailBytes > limit_bytes_)
      return truncate(cycle);
    cycle_ = std::max(cycle_, cycle);
    file_->write(text);
  }

  const std::unique_ptr<TextFile> file_;
  const uint64_t period_ps_, limit_bytes_;
  const uint32_t per_core_, shared_;  // signals of a core; the first that all share
  std::vector<Signal> signals_;
  std::multimap<uint64_t, std::pair<uint32_t, int>> ends_;
  uint64_t cycle_ = 0;
};

}  // namespace

std::unique_ptr<Writer> make_vcd_writer(std::unique_ptr<TextFile> file, const RunFacts& facts,
                                        uint32_t channels, uint64_t limit_bytes) {
  return std::make_unique<VcdWriter>(std::move(file), facts, channels, limit_bytes);
}

}  // namespace mmasim::traces
