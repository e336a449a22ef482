#include "runtime/import/file/limits.h"

#include "runtime/graph/shape_text.h"

namespace mmasim::runtime::importing {

int64_t checked_elements(const Shape& shape, const std::string& what, Emptiness emptiness) {
  if (shape.size() > kMostDimensions) {
    refuse(what + " has " + std::to_string(shape.size()) + " dimensions; expected at most " +
           std::to_string(kMostDimensions));
  }
  const int64_t least = emptiness == Emptiness::allowed ? 0 : 1;
  int64_t elements = 1;
  for (int64_t dimension : shape) {
    if (dimension < least || dimension > kLargestDimension) {
      refuse(what + " has shape " + shape_text(shape) + "; expected dimensions of " + std::to_string(least) +
             ".." + std::to_string(kLargestDimension));
    }
    if (__builtin_mul_overflow(elements, dimension, &elements) || elements > kMostElements) {
      refuse(what + " has shape " + shape_text(shape) + "; expected at most " +
             std::to_string(kMostElements) + " elements");
    }
  }
  return elements;
}

}  // namespace mmasim::runtime::importing
