// Whether a run of a case gave what the case asks for: its exit code, its outputs against the recorded ones,
// within what the grid allows. Runs nothing.
#pragma once

#include <filesystem>
#include <string>

#include "tests/cases/attempt.h"
#include "tests/cases/index.h"
#include "tests/cases/network_facts.h"

namespace mmasim::cases {

struct Verdict {
  bool is_right = false;
  std::string text;  // "right", "refused: ...", "WRONG: ...": one line
};

struct Grid {
  std::string preset, precision;
};

// out: the folder of the run.
Verdict judge(const Case& each, const NetworkFacts& facts, const Grid& grid, const Attempt& attempt,
              const std::filesystem::path& out);

// What is known of an output besides its values.
struct OutputGrid {
  std::string precision;
  double step = 0;    // of the integers
  double extent = 0;  // the largest of the expected values, or what the grid reaches if the operator fixes it
                      // or there are samples
  double operators = 0;  // of the network
  double shift = 0;      // of the output when the inputs move by a step of theirs
};

// The largest error that a right output may have: two steps for the input and two for each operator, and
// twice the shift, as weights are rounded like inputs. A step that is itself too large is no excuse: never
// more than a hundredth of the extent at int16, a tenth at int8, and of long chains as much more as a random
// walk goes. At int32, where the recorded floats are the coarser ones, 2^-11 of the extent: networks with a
// Cast to binary16 are recorded with its rounding, which mmasim leaves out. What must be 0 everywhere is
// exactly that.
double tolerance(const OutputGrid& output);

}  // namespace mmasim::cases
