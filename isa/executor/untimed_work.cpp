#include "isa/executor/untimed_work.h"

#include <type_traits>
#include <utility>

#include "isa/encoding/decode.h"
#include "isa/executor/split.h"

namespace mmasim::isa {

UntimedWork::UntimedWork(const Program& program, Scoreboard& scoreboard)
    : code_(program.code),
      state_(program.machine),
      scoreboard_(scoreboard),
      workers_(scoreboard.threads()),
      array_(program.machine, scoreboard, workers_) {}

void UntimedWork::restart(const MemoryView& memory) {
  memory_ = &memory;
  registers().reset();
  for (Worker& worker : workers_) worker.clear_counts();
  array_.restart();
  batch_ = {};
}

void UntimedWork::finish() {
  end_batch();
  scoreboard_.drain();
  for (Worker& worker : workers_) registers().take_counts(worker);
}

void UntimedWork::abandon() { scoreboard_.abandon(); }

// Alone, only panels that are put off want to know what work writes.
template <class FootprintOf>
void UntimedWork::before_doing(const FootprintOf& footprint) {
  if (array_.has_put_off()) array_.before_writing(footprint().writes, registers(), *memory_);
}

void UntimedWork::issue(const Footprint& footprint, size_t pieces, Scoreboard::Work work) {
  array_.before_writing(footprint.writes, registers(), *memory_);
  scoreboard_.issue(footprint, static_cast<uint32_t>(pieces), std::move(work));
}

template <class Dsp>
std::vector<Dsp> UntimedWork::pieces_of(const Dsp& i) {
  if constexpr (std::is_same_v<Dsp, DspAdd> || std::is_same_v<Dsp, DspDepthwise> ||
                std::is_same_v<Dsp, DspPoolMax>)
    return split(i, registers().dsp_stage, 2 * scoreboard_.threads());
  else
    return {i};
}

template <class Dsp>
void UntimedWork::take_dsp(const Dsp& i) {
  const StageSet& stage = registers().dsp_stage;
  if (is_alone()) {
    before_doing([&] { return footprint_of(i, stage); });
    return execute(i, stage, workers_[0], *memory_);
  }
  if (stage.overflow == Overflow::trap) finish();  // it strikes where it would, one after another
  auto pieces = pieces_of(i);
  const size_t count = pieces.size();
  issue(footprint_of(i, stage), count,
        [this, stage, pieces = std::move(pieces)](unsigned member, uint32_t first, uint32_t end) {
          for (uint32_t piece = first; piece < end; ++piece)
            execute(pieces[piece], stage, workers_[member], *memory_);
        });
  if (stage.overflow == Overflow::trap) finish();
}

template void UntimedWork::take_dsp(const DspRescale&);
template void UntimedWork::take_dsp(const DspAdd&);
template void UntimedWork::take_dsp(const DspMultiply&);
template void UntimedWork::take_dsp(const DspDepthwise&);
template void UntimedWork::take_dsp(const DspRequantize&);
template void UntimedWork::take_dsp(const DspPoolMax&);
template void UntimedWork::take_dsp(const DspPoolAverage&);
template void UntimedWork::take_dsp(const DspLookup&);
template void UntimedWork::take_dsp(const DspPrelu&);
template void UntimedWork::take_dsp(const DspSoftmax&);
template void UntimedWork::take_dsp(const DspArgmax&);
template void UntimedWork::take_dsp(const DspResize&);
template void UntimedWork::take_dsp(const DspPermute&);

template <class Descriptor>
void UntimedWork::do_now(const Descriptor& descriptor) {
  before_doing([&] { return footprint_of(descriptor); });
  execute_dma(descriptor, *memory_);
}

template <class Descriptor>
void UntimedWork::add_to_batch(const Descriptor& descriptor, size_t byte) {
  batch_.bytes.push_back(byte);
  batch_.footprint.add(footprint_of(descriptor));
}

void UntimedWork::take(const DmaCopy& copy, size_t byte) {
  if (is_alone()) return do_now(copy);
  auto pieces = split(copy, 2 * scoreboard_.threads());
  const size_t count = pieces.size();
  if (count == 1) return add_to_batch(copy, byte);
  end_batch();
  issue(footprint_of(copy), count,
        [this, pieces = std::move(pieces)](unsigned, uint32_t first, uint32_t end) {
          for (uint32_t piece = first; piece < end; ++piece) execute_dma(pieces[piece], *memory_);
        });
}

void UntimedWork::take(const DmaFill& fill, size_t byte) {
  if (is_alone()) return do_now(fill);
  add_to_batch(fill, byte);
}

void UntimedWork::end_batch() {
  if (batch_.bytes.empty()) return;
  DmaBatch batch = std::exchange(batch_, {});
  issue(batch.footprint, 1, [this, bytes = std::move(batch.bytes)](unsigned, uint32_t, uint32_t) {
    for (size_t byte : bytes)
      decode_to(code_, byte, [this](const auto& i) {
        using T = std::decay_t<decltype(i)>;
        if constexpr (std::is_same_v<T, DmaCopy> || std::is_same_v<T, DmaFill>) execute_dma(i, *memory_);
      });
  });
}

void UntimedWork::take(const ArrayPlan& plan, const ArrayStretch& stretch) {
  if (array_.issue(plan, stretch, registers(), *memory_)) return;
  for (size_t offset = stretch.bytes.first; offset < stretch.bytes.end;)
    decode_to(code_, offset, [this](const auto& i) {
      using T = std::decay_t<decltype(i)>;
      if constexpr (std::is_same_v<T, MmaLoadB> || std::is_same_v<T, MmaStream> ||
                    std::is_same_v<T, MmaTransfer>)
        take(i);
    });
}

template <class ArrayInstruction>
void UntimedWork::take_alone(const ArrayInstruction& i) {
  finish();
  array_.execute(i, registers(), *memory_);
}
template void UntimedWork::take_alone(const MmaStream&);
template void UntimedWork::take_alone(const MmaTransfer&);

void UntimedWork::take(const MmaRange& range) {
  ReachList written;
  written.add(reach_of(range.dst, 16, {}));
  array_.before_writing(written, registers(), *memory_);
  finish();
  execute_core(range, state_, *memory_);
}

}  // namespace mmasim::isa
