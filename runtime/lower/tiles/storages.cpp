#include "runtime/lower/tiles/storages.h"

#include <algorithm>
#include <numeric>

#include "runtime/user_error.h"

namespace mmasim::runtime {

namespace {

// Moments: 0 is the conversion of the inputs, node i is i + 1, the conversion of the outputs comes last.
struct Life {
  uint32_t first = UINT32_MAX, last = 0;
  void touch(uint32_t moment) { first = std::min(first, moment), last = std::max(last, moment); }
  bool meets(const Life& other) const { return first <= other.last && other.first <= last; }
};

// Bytes shared over time: the lowest place that is free for a whole life.
class Arena {
 public:
  explicit Arena(uint64_t bytes) : bytes_(bytes) {}

  std::optional<uint64_t> place(uint64_t bytes, const Life& life) {
    bytes = isa::round_up(bytes, kAlignment);
    uint64_t offset = 0;
    bool moved = true;
    while (moved) {
      moved = false;
      for (const auto& other : placed_) {
        if (!other.life.meets(life) || other.offset >= offset + bytes || offset >= other.offset + other.bytes)
          continue;
        offset = other.offset + other.bytes;
        moved = true;
      }
    }
    if (offset + bytes > bytes_) return std::nullopt;
    placed_.push_back({offset, bytes, life});
    high_water_ = std::max(high_water_, offset + bytes);
    return offset;
  }
  uint64_t high_water() const { return high_water_; }

 private:
  static constexpr uint64_t kAlignment = 128;
  struct Placed {
    uint64_t offset, bytes;
    Life life;
  };
  uint64_t bytes_, high_water_ = 0;
  std::vector<Placed> placed_;
};

bool is_view_only(const Graph& graph, const Node& node) {
  return std::holds_alternative<Reshape>(node.op) &&
         lie_alike(graph.tensors[node.inputs[0]].shape, graph.tensors[node.output].shape);
}

class Placement {
 public:
  Placement(LoweringContext& context, const StorageChoice& choice)
      : context_(context), choice_(choice), graph_(context.graph) {}

  Storages run() {
    find_aliases();
    find_lives();
    place_ends();
    place_between();
    make_views();
    out_.l3_bytes_used = l3_.high_water();
    return out_;
  }

 private:
  uint32_t end_moment() const { return static_cast<uint32_t>(graph_.nodes.size()) + 1; }
  uint64_t bytes_of(TensorId tensor) const {
    return static_cast<uint64_t>(element_count(graph_.tensors[tensor].shape)) *
           isa::element_bytes(context_.tensor_plan(tensor).element());
  }
  bool needs_layout(TensorId tensor) const { return !is_linear(graph_.tensors[tensor].shape); }

  // The array reads a network input as it came where all its readers are plain convolutions whose windows of
  // a line leave L2 room for more: a tile of planes has every channel.
  bool read_as_planes(TensorId tensor) const {
    if (!choice_.leave_planes || !needs_layout(tensor) || context_.tensor_plan(tensor).is_real) return false;
    for (const auto output : graph_.outputs) {
      if (output == tensor) return false;
    }
    for (const auto id : graph_.consumers(tensor)) {
      const auto* conv = std::get_if<Conv>(&graph_.nodes[id].op);
      if (!conv || conv->groups != 1 || conv->window.dilation[1] != 1) return false;
      const auto& shape = graph_.tensors[tensor].shape;
      const auto line = shape[1] * shape[3] * isa::element_bytes(context_.tensor_plan(tensor).element());
      if (static_cast<uint64_t>(line * conv->window.kernel[0]) > context_.machine.l2_bytes / 4) return false;
    }
    return true;
  }

  void find_aliases() {
    root_.resize(graph_.tensors.size());
    std::iota(root_.begin(), root_.end(), TensorId{0});
    for (const auto& node : graph_.nodes) {
      out_.is_alias.push_back(is_view_only(graph_, node));
      if (out_.is_alias.back()) root_[node.output] = root_[node.inputs[0]];
    }
  }

  void find_lives() {
    lives_.resize(graph_.tensors.size());
    stays_out_of_l2_.resize(graph_.tensors.size(), false);
    for (NodeId id = 0; id < graph_.nodes.size(); ++id) {
      const auto& node = graph_.nodes[id];
      for (const auto tensor : node.inputs) lives_[root_[tensor]].touch(id + 1);
      lives_[root_[node.output]].touch(id + 1);
      if (std::holds_alternative<Pad>(node.op))
        stays_out_of_l2_[root_[node.output]] = true;  // DMA alone makes it
    }
    for (const auto tensor : graph_.inputs) lives_[root_[tensor]].touch(0);
    for (const auto tensor : graph_.outputs) lives_[root_[tensor]].touch(end_moment());
  }

  StorageId add(const std::string& name, uint64_t bytes) {
    context_.schedule.storages.push_back({name, bytes, isa::Space::ddr, 0, {}});
    return static_cast<StorageId>(context_.schedule.storages.size() - 1);
  }

  StorageId add_permanent(const std::string& name, uint64_t bytes) {
    const auto id = add(name, bytes);
    place_in_ddr(context_.schedule.at(id), {0, end_moment()});
    return id;
  }

  void place_in_ddr(Storage& storage, const Life& life) {
    const auto offset = ddr_.place(storage.bytes, life);
    if (!offset) {
      throw UserError("tensor '" + storage.name + "' of " + std::to_string(storage.bytes) +
                      " bytes does not fit into the DDR of " + std::to_string(context_.machine.ddr_bytes) +
                      " bytes");
    }
    storage.offset = choice_.ddr_base + *offset;
  }

  // Network inputs and outputs, in DDR. Where they need no conversion they are the tensor itself.
  void place_ends() {
    storage_of_.resize(graph_.tensors.size());
    for (const auto tensor : graph_.inputs) {
      out_.inputs.push_back(add_permanent(graph_.tensors[tensor].name, bytes_of(tensor)));
      if (!needs_layout(tensor) || read_as_planes(tensor)) storage_of_[root_[tensor]] = out_.inputs.back();
    }
    for (const auto tensor : graph_.outputs) {
      auto& own = storage_of_[root_[tensor]];
      const bool converted = needs_layout(tensor);
      if (converted || !own)
        out_.outputs.push_back(add_permanent(graph_.tensors[tensor].name, bytes_of(tensor)));
      else
        out_.outputs.push_back(*own);
      if (!converted && !own) own = out_.outputs.back();
    }
  }

  void place_between() {
    context_.resident_bytes.assign(graph_.nodes.size() + 2, 0);
    std::vector<TensorId> order;
    for (TensorId tensor = 0; tensor < graph_.tensors.size(); ++tensor) {
      if (root_[tensor] == tensor && !storage_of_[tensor]) order.push_back(tensor);
    }
    std::stable_sort(order.begin(), order.end(),
                     [&](TensorId a, TensorId b) { return lives_[a].first < lives_[b].first; });
    for (const auto tensor : order) {
      const auto id = add(graph_.tensors[tensor].name, bytes_of(tensor));
      storage_of_[tensor] = id;
      auto& storage = context_.schedule.at(id);
      if (keep_in_l2(tensor)) {
        storage.space = isa::Space::l2;
        storage.resident = context_.schedule.new_buffer(storage.bytes);
      } else if (const auto offset = l3_.place(storage.bytes, lives_[tensor])) {
        storage.space = isa::Space::l3;
        storage.offset = *offset;
      } else {
        place_in_ddr(storage, lives_[tensor]);
      }
    }
  }

  // Small maps stay: no one larger than an eighth of L2, and never more than a quarter at a time.
  bool keep_in_l2(TensorId tensor) {
    const auto bytes = bytes_of(tensor), l2 = context_.machine.l2_bytes;
    if (!choice_.keep_in_l2 || stays_out_of_l2_[tensor] || bytes > l2 / 8) return false;
    auto& resident = context_.resident_bytes;
    for (auto moment = lives_[tensor].first; moment <= lives_[tensor].last; ++moment) {
      if (resident[moment] + bytes > l2 / 4) return false;
    }
    for (auto moment = lives_[tensor].first; moment <= lives_[tensor].last; ++moment)
      resident[moment] += isa::round_up(bytes, 64);
    return true;
  }

  void make_views() {
    for (TensorId tensor = 0; tensor < graph_.tensors.size(); ++tensor) {
      const bool is_input =
          std::find(graph_.inputs.begin(), graph_.inputs.end(), tensor) != graph_.inputs.end();
      context_.views.push_back({storage_of_[root_[tensor]].value(), is_input && read_as_planes(tensor),
                                dims_of(graph_.tensors[tensor].shape),
                                context_.tensor_plan(tensor).element()});
    }
  }

  LoweringContext& context_;
  const StorageChoice choice_;
  const Graph& graph_;
  Storages out_;
  std::vector<TensorId> root_;
  std::vector<Life> lives_;
  std::vector<bool> stays_out_of_l2_;
  std::vector<std::optional<StorageId>> storage_of_;
  Arena l3_{context_.machine.l3_bytes};
  Arena ddr_{context_.machine.ddr_bytes};
};

}  // namespace

Storages place_storages(LoweringContext& context, const StorageChoice& choice) {
  return Placement(context, choice).run();
}

StorageId add_ddr_scratch(LoweringContext& context, uint64_t bytes, const std::string& name) {
  auto& storages = context.schedule.storages;
  uint64_t end = 0;
  for (const auto& storage : storages) {
    if (storage.space == isa::Space::ddr) end = std::max(end, storage.offset + storage.bytes);
  }
  storages.push_back({name, bytes, isa::Space::ddr, isa::round_up(end, 128), {}});
  return static_cast<StorageId>(storages.size() - 1);
}

}  // namespace mmasim::runtime
