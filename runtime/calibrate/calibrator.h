// Calibrators: each looks at the values of one tensor, frame by frame, and says which range of them the
// integers are to cover (quantization.md 3.4). One file each in calibrators/; the table of all is
// calibrator_table.h. They choose no step and no zero point: that is quantize/grid.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "runtime/calibrate/ranges.h"
#include "runtime/choice.h"

namespace mmasim::runtime {

// What the integers will look like, as far as the choice of a range depends on it.
struct GridShape {
  uint32_t bits = 8;
  bool symmetric = true;       // around zero; else from the lowest to the highest value, zero included
  bool power_of_two = false;   // the step
  bool always_signed = false;  // else unsigned where no value is negative
};

using CalibratorChoice = Choice;  // a row of calibrators()

// Values of one frame, all finite, and the range that they span.
struct Frame {
  const float* values = nullptr;
  size_t count = 0;
  Range range;
};

class Calibrator {
 public:
  virtual ~Calibrator() = default;

  // Every frame comes once in every pass, passes and frames in order.
  virtual unsigned passes() const { return 1; }
  virtual void see(const Frame& frame, unsigned pass) = 0;
  // Of a tensor without values: {0, 0}.
  virtual Range finish() = 0;
};

// Throws UserError naming a calibrator, a parameter or a value that is not allowed.
std::unique_ptr<Calibrator> make_calibrator(const CalibratorChoice& choice, const GridShape& grid);
void check(const CalibratorChoice& choice);

// The range of values that are all at hand: weights of a tensor or of one channel. They count as one frame.
Range calibrate_values(const CalibratorChoice& choice, const GridShape& grid, const float* values,
                       size_t count);

}  // namespace mmasim::runtime
