#include "traces/file/steps.h"

#include <deque>
#include <variant>

#include "isa/encoding/codec.h"

namespace mmasim::traces {
namespace {

class TileFinder {
 public:
  explicit TileFinder(const isa::Program& program)
      : program_(program),
        signals_(program.machine.tokens),
        posted_(program.machine.tokens),
        held_(program.machine.dma_channels) {}

  std::vector<uint32_t> find() {
    size_t offset = 0;
    while (offset < program_.code.size()) {
      const isa::Instruction instruction = isa::decode(program_.code, offset);
      tiles_.push_back(tile_);
      std::visit([&](const auto& of) { see(of); }, instruction);
    }
    return std::move(tiles_);
  }

 private:
  struct Place {
    uint32_t layer = 0, tile = 0;
  };
  struct Posted {
    uint32_t number, layer;
    size_t instruction;
  };

  template <class Other>
  void see(const Other&) {}
  void see(const isa::CtlLayer& layer) {
    layer_ = layer.layer;
    tiles_.back() = tile_ = 0;
  }
  void see(const isa::SyncSignal& signal) { signals_.at(signal.token).push_back({layer_, tile_++}); }
  void see(const isa::SyncWait& wait) {
    auto& posted = posted_.at(wait.token);
    for (; !posted.empty() && posted.front().number <= wait.count; posted.pop_front())
      if (posted.front().layer == layer_) tiles_[posted.front().instruction] = tile_;
  }
  void see(const isa::DmaWait& wait) {
    const auto& signals = signals_.at(wait.token);
    held_.at(wait.channel) =
        wait.count > 0 && wait.count <= signals.size() ? signals[wait.count - 1] : Place{};
  }
  void see(const isa::DmaCopy& copy) {
    const bool leaves_l2 = copy.src.space() == isa::Space::l2 && copy.dst.space() != isa::Space::l2;
    if (leaves_l2 && held_.at(copy.channel).layer == copy.layer) tiles_.back() = held_[copy.channel].tile;
    post(copy.signal, copy.layer);
  }
  void see(const isa::DmaFill& fill) { post(fill.signal, fill.layer); }
  void post(uint16_t token, uint32_t layer) {
    if (token == 0) return;
    posted_.at(token).push_back({++raised_[token], layer, tiles_.size() - 1});
  }

  const isa::Program& program_;
  std::vector<uint32_t> tiles_;
  std::vector<std::vector<Place>> signals_;  // of the core, by token
  std::vector<std::deque<Posted>> posted_;   // transfers that the core has not waited for, by token
  std::vector<uint32_t> raised_ = std::vector<uint32_t>(program_.machine.tokens);  // by transfers
  std::vector<Place> held_;  // whose result a channel waited for last
  uint32_t layer_ = 0, tile_ = 0;
};

}  // namespace

std::vector<uint32_t> tiles_of(const isa::Program& program) { return TileFinder(program).find(); }

}  // namespace mmasim::traces
