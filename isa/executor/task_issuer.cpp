#include "isa/executor/task_issuer.h"

#include <type_traits>
#include <utility>

#include "isa/encoding/decode.h"
#include "isa/executor/split.h"

namespace mmasim::isa {

TaskIssuer::TaskIssuer(const Program& program, Scoreboard& scoreboard)
    : code_(program.code),
      state_(program.machine),
      scoreboard_(scoreboard),
      workers_(scoreboard.threads()),
      array_(program.machine, scoreboard, workers_) {}

void TaskIssuer::restart(const MemoryView& memory) {
  memory_ = &memory;
  registers().reset();
  for (Worker& worker : workers_) worker.clear_counts();
  array_.restart();
  batch_ = {};
}

void TaskIssuer::finish() {
  end_batch();
  scoreboard_.drain();
  for (Worker& worker : workers_) registers().take_counts(worker);
}

void TaskIssuer::abandon() { scoreboard_.abandon(); }

// On one thread only deferred loads need to know what a task writes.
template <class FootprintOf>
void TaskIssuer::before_executing(const FootprintOf& footprint) {
  if (array_.has_deferred()) array_.before_writing(footprint().writes, registers(), *memory_);
}

void TaskIssuer::put_on_scoreboard(const Footprint& footprint, size_t parts, Scoreboard::Task task) {
  array_.before_writing(footprint.writes, registers(), *memory_);
  scoreboard_.issue(footprint, static_cast<uint32_t>(parts), std::move(task));
}

template <class Dsp>
std::vector<Dsp> TaskIssuer::parts_of(const Dsp& i) {
  if constexpr (std::is_same_v<Dsp, DspAdd> || std::is_same_v<Dsp, DspDepthwise> ||
                std::is_same_v<Dsp, DspPoolMax>)
    return split(i, registers().dsp_stage, 2 * scoreboard_.threads());
  else
    return {i};
}

template <class Dsp>
void TaskIssuer::issue_dsp(const Dsp& i) {
  const StageSet& stage = registers().dsp_stage;
  if (is_alone()) {
    before_executing([&] { return footprint_of(i, stage); });
    return execute(i, stage, workers_[0], *memory_);
  }
  if (policy_of(stage.overflow) == Overflow::trap)
    finish();  // a trap strikes where it would, one task after another
  auto parts = parts_of(i);
  const size_t count = parts.size();
  put_on_scoreboard(footprint_of(i, stage), count,
                    [this, stage, parts = std::move(parts)](unsigned worker, uint32_t first, uint32_t end) {
                      for (uint32_t part = first; part < end; ++part)
                        execute(parts[part], stage, workers_[worker], *memory_);
                    });
  if (policy_of(stage.overflow) == Overflow::trap) finish();
}

template void TaskIssuer::issue_dsp(const DspRescale&);
template void TaskIssuer::issue_dsp(const DspAdd&);
template void TaskIssuer::issue_dsp(const DspMultiply&);
template void TaskIssuer::issue_dsp(const DspDepthwise&);
template void TaskIssuer::issue_dsp(const DspRequantize&);
template void TaskIssuer::issue_dsp(const DspPoolMax&);
template void TaskIssuer::issue_dsp(const DspPoolAverage&);
template void TaskIssuer::issue_dsp(const DspLookup&);
template void TaskIssuer::issue_dsp(const DspPrelu&);
template void TaskIssuer::issue_dsp(const DspSoftmax&);
template void TaskIssuer::issue_dsp(const DspArgmax&);
template void TaskIssuer::issue_dsp(const DspResize&);
template void TaskIssuer::issue_dsp(const DspPermute&);
template void TaskIssuer::issue_dsp(const DspQuantize&);
template void TaskIssuer::issue_dsp(const DspDequantize&);
template void TaskIssuer::issue_dsp(const DspConvert&);
template void TaskIssuer::issue_dsp(const DspRange&);
template void TaskIssuer::issue_dsp(const DspUnpack&);
template void TaskIssuer::issue_dsp(const DspCombineF32&);
template void TaskIssuer::issue_dsp(const DspFunctionF32&);
template void TaskIssuer::issue_dsp(const DspConvolveF32&);
template void TaskIssuer::issue_dsp(const DspPoolF32&);
template void TaskIssuer::issue_dsp(const DspSoftmaxF32&);

template <class Descriptor>
void TaskIssuer::execute_now(const Descriptor& descriptor) {
  before_executing([&] { return footprint_of(descriptor); });
  execute_dma(descriptor, *memory_);
}

template <class Descriptor>
void TaskIssuer::add_to_batch(const Descriptor& descriptor, size_t byte) {
  batch_.bytes.push_back(byte);
  batch_.footprint.add(footprint_of(descriptor));
}

void TaskIssuer::issue(const DmaCopy& copy, size_t byte) {
  if (is_alone()) return execute_now(copy);
  auto parts = split(copy, 2 * scoreboard_.threads());
  const size_t count = parts.size();
  if (count == 1) return add_to_batch(copy, byte);
  end_batch();
  put_on_scoreboard(footprint_of(copy), count,
                    [this, parts = std::move(parts)](unsigned, uint32_t first, uint32_t end) {
                      for (uint32_t part = first; part < end; ++part) execute_dma(parts[part], *memory_);
                    });
}

void TaskIssuer::issue(const DmaFill& fill, size_t byte) {
  if (is_alone()) return execute_now(fill);
  add_to_batch(fill, byte);
}

void TaskIssuer::end_batch() {
  if (batch_.bytes.empty()) return;
  DmaBatch batch = std::exchange(batch_, {});
  put_on_scoreboard(batch.footprint, 1, [this, bytes = std::move(batch.bytes)](unsigned, uint32_t, uint32_t) {
    for (size_t byte : bytes)
      decode_to(code_, byte, [this](const auto& i) {
        using T = std::decay_t<decltype(i)>;
        if constexpr (std::is_same_v<T, DmaCopy> || std::is_same_v<T, DmaFill>) execute_dma(i, *memory_);
      });
  });
}

void TaskIssuer::issue(const ArrayPlan& plan, const FusedRun& fused_run) {
  if (array_.issue(plan, fused_run, registers(), *memory_)) return;
  for (size_t offset = fused_run.bytes.first; offset < fused_run.bytes.end;)
    decode_to(code_, offset, [this](const auto& i) {
      using T = std::decay_t<decltype(i)>;
      if constexpr (std::is_same_v<T, MmaLoadB> || std::is_same_v<T, MmaStream> ||
                    std::is_same_v<T, MmaTransfer>)
        issue(i);
    });
}

template <class ArrayInstruction>
void TaskIssuer::issue_alone(const ArrayInstruction& i) {
  finish();
  array_.execute(i, registers(), *memory_);
}
template void TaskIssuer::issue_alone(const MmaStream&);
template void TaskIssuer::issue_alone(const MmaTransfer&);

void TaskIssuer::issue(const MmaRange& range) {
  IntervalSet written;
  written.add(interval_of(range.dst, 16, {}));
  array_.before_writing(written, registers(), *memory_);
  finish();
  execute_core(range, state_, *memory_);
}

}  // namespace mmasim::isa
