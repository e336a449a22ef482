// The float network over all samples, as often as the calibrators need to see them.
#include "runtime/calibrate/calibrate.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <string>

#include "runtime/calibrate/frame_range.h"
#include "runtime/calibrate/samples.h"
#include "runtime/float_network/float_network.h"
#include "runtime/user_error.h"

namespace mmasim::runtime {
namespace {

[[noreturn]] void fail_not_finite(const std::string& tensor, int64_t sample, const Frame& frame) {
  const float* const bad =
      std::find_if(frame.values, frame.values + frame.count, [](float v) { return !std::isfinite(v); });
  throw UserError("calibration sample " + std::to_string(sample) + ": tensor '" + tensor +
                  "' has a value that is not finite (" + (std::isnan(*bad) ? "nan" : "infinity") +
                  "); samples and weights must give finite values");
}

// Hands every tensor to its calibrator, frame by frame.
class CalibratingHook final : public Hook {
 public:
  CalibratingHook(const Graph& graph, const ChooseCalibrator& choose) : graph_(graph) {
    for (TensorId id = 0; id < graph.tensors.size(); ++id) {
      const TensorCalibration chosen = choose(id);
      calibrators_.push_back(make_calibrator(chosen.calibrator, chosen.grid));
      passes_ = std::max(passes_, calibrators_.back()->passes());
    }
  }

  unsigned passes() const { return passes_; }

  void begin_run(unsigned pass, int64_t first_sample, int64_t samples, int64_t batch) {
    pass_ = pass, first_ = first_sample, samples_ = samples, batch_ = batch;
  }

  void see(TensorId id, const FloatTensor& tensor) override {
    Calibrator& calibrator = *calibrators_[id];
    if (pass_ >= calibrator.passes()) return;
    const bool has_batch = !tensor.shape.empty() && tensor.shape[0] == batch_;
    const int64_t frames = has_batch ? batch_ : 1;
    const size_t count = tensor.values.size() / static_cast<size_t>(frames);
    for (int64_t i = 0; i < frames && first_ + i < samples_; ++i) {
      Frame frame{tensor.values.data() + static_cast<size_t>(i) * count, count, {}};
      const std::optional<Range> range = calibration::range_of(frame.values, frame.count);
      if (!range) fail_not_finite(graph_.tensors[id].name, first_ + i, frame);
      frame.range = *range;
      calibrator.see(frame, pass_);
    }
  }

  Ranges finish() {
    Ranges ranges;
    for (const auto& calibrator : calibrators_) ranges.push_back(calibrator->finish());
    return ranges;
  }

 private:
  const Graph& graph_;
  std::vector<std::unique_ptr<Calibrator>> calibrators_;  // one per tensor
  unsigned passes_ = 1, pass_ = 0;
  int64_t first_ = 0, samples_ = 0, batch_ = 1;
};

}  // namespace

Ranges calibrate(const Graph& graph, const std::vector<const FloatTensor*>& samples,
                 const ChooseCalibrator& choose, unsigned threads) {
  const Samples all(graph, samples);
  CalibratingHook hook(graph, choose);
  for (unsigned pass = 0; pass < hook.passes(); ++pass) {
    for (int64_t run = 0; run < all.runs(); ++run) {
      hook.begin_run(pass, run * all.batch(), all.count(), all.batch());
      all.with_run(run, [&](const quantization::FloatViews& inputs) {
        quantization::forward(graph, inputs, threads, quantization::Lifetime::until_last_use, hook);
      });
    }
  }
  return hook.finish();
}

Ranges calibrate(const Graph& graph, const std::vector<const FloatTensor*>& samples, unsigned threads) {
  return calibrate(
      graph, samples, [](TensorId) { return TensorCalibration{}; }, threads);
}

Ranges calibrate(const Graph& graph, const std::vector<FloatTensor>& samples, unsigned threads) {
  return calibrate(graph, quantization::views_of(samples), threads);
}

}  // namespace mmasim::runtime
