#include "traces/file/l2_use.h"

#include <algorithm>
#include <variant>

#include "isa/encoding/codec.h"
#include "isa/executor/array_intervals.h"
#include "isa/executor/footprint.h"
#include "isa/kit/units.h"

namespace mmasim::traces {
namespace {

constexpr uint64_t kPieceBytes = 1024;

template <class Instruction, class = void>
constexpr bool has_footprint = false;
template <class Instruction>
constexpr bool has_footprint<Instruction,
                             std::void_t<decltype(isa::footprint_of(std::declval<const Instruction&>(),
                                                                    std::declval<const isa::StageSet&>()))>> =
    true;

class UseFinder {
 public:
  explicit UseFinder(const isa::Program& program)
      : program_(program), pieces_(isa::divide_up(program.machine.l2_bytes, kPieceBytes)) {}

  std::vector<L2Change> find() {
    size_t offset = 0;
    while (offset < program_.code.size()) {
      const isa::Instruction instruction = isa::decode(program_.code, offset);
      changes_.emplace_back();
      std::visit([&](const auto& of) { see(of); }, instruction);
    }
    for (Piece& piece : pieces_) close(piece);
    return std::move(changes_);
  }

 private:
  static constexpr size_t kNobody = SIZE_MAX;
  struct Piece {  // of L2: who wrote it first of what it holds, and who read it last
    size_t written_by = kNobody, read_by = kNobody;
  };

  void close(Piece& piece) {
    if (piece.written_by != kNobody && piece.read_by != kNobody) {
      changes_[piece.written_by].taken_bytes += kPieceBytes;
      changes_[piece.read_by].freed_bytes += kPieceBytes;
    }
    piece = Piece{};
  }
  template <class Visit>
  void for_each_piece(const isa::ByteInterval& interval, Visit&& visit) {
    const uint64_t base = isa::Address::in(isa::Space::l2, 0).raw;
    if (interval.first < base || interval.first >= interval.end) return;
    const uint64_t first = (interval.first - base) / kPieceBytes;
    const uint64_t end = std::min<uint64_t>(pieces_.size(), isa::divide_up(interval.end - base, kPieceBytes));
    for (uint64_t i = first; i < end; ++i) visit(pieces_[i]);
  }
  void read(const isa::ByteInterval& interval) {
    for_each_piece(interval, [&](Piece& piece) { piece.read_by = changes_.size() - 1; });
  }
  void write(const isa::ByteInterval& interval) {
    for_each_piece(interval, [&](Piece& piece) {
      if (piece.read_by != kNobody) close(piece);
      if (piece.written_by == kNobody) piece.written_by = changes_.size() - 1;
    });
  }
  void add(const isa::Footprint& footprint) {
    for (const auto& interval : footprint.reads) read(interval);
    for (const auto& interval : footprint.writes) write(interval);
  }

  template <class Other>
  void see(const Other& other) {
    if constexpr (has_footprint<Other>) add(isa::footprint_of(other, dsp_stage_));
  }
  void see(const isa::DmaCopy& copy) { add(isa::footprint_of(copy)); }
  void see(const isa::DmaFill& fill) { add(isa::footprint_of(fill)); }
  void see(const isa::StageSet& stage) { (stage.unit == isa::Unit::dsp ? dsp_stage_ : array_stage_) = stage; }
  void see(const isa::MmaConfig& config) { operand_bytes_ = isa::element_bytes(config.a); }
  void see(const isa::MmaPattern& pattern) { pattern_ = pattern; }
  void see(const isa::MmaStorePattern& pattern) { store_pattern_ = pattern; }
  void see(const isa::MmaLoadB& load) {
    read(isa::interval_of(load.addr, uint64_t{load.rows} * program_.machine.array_bytes, {}));
  }
  void see(const isa::MmaStream& stream) {
    read(isa::interval_of_a(pattern_, operand_bytes_, stream.a, stream.row, stream.rows, stream.k_start,
                            stream.depth));
  }
  // Its output stage reads a bias, a multiplier and a shift per lane.
  void see(const isa::MmaTransfer& transfer) {
    const auto lanes = [&](isa::Address table, uint64_t bytes) {
      if (!table.is_none())
        read(isa::interval_of(table, (transfer.lane + uint64_t{transfer.columns}) * bytes, {}));
    };
    lanes(array_stage_.bias, 4);
    if (array_stage_.multiplier_mode == isa::TableMode::per_lane) lanes(array_stage_.multipliers, 4);
    if (array_stage_.shift_mode == isa::TableMode::per_lane) lanes(array_stage_.shifts, 1);
    write(isa::interval_of_transfer(store_pattern_, isa::element_bytes(array_stage_.out), transfer));
  }

  const isa::Program& program_;
  std::vector<L2Change> changes_;
  std::vector<Piece> pieces_;
  isa::StageSet array_stage_, dsp_stage_;
  isa::MmaPattern pattern_;
  isa::MmaStorePattern store_pattern_;
  uint32_t operand_bytes_ = 1;
};

}  // namespace

std::vector<L2Change> l2_use(const isa::Program& program) { return UseFinder(program).find(); }

}  // namespace mmasim::traces
