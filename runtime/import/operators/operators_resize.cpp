// Resize and Upsample by whole factors.
#include <algorithm>
#include <cmath>

#include "runtime/graph/shape_text.h"
#include "runtime/import/file/limits.h"
#include "runtime/import/operators/operators.h"

namespace mmasim::runtime::importing {
namespace {

using Factors = std::vector<int64_t>;  // one per dimension

[[noreturn]] void refuse_factors(const std::string& what) {
  refuse(what + "; only whole factors from 1 for height and width (and 1 for the others) are supported");
}

Factors from_scales(const std::vector<float>& scales, const Shape& shape) {
  if (scales.size() != shape.size()) {
    refuse("scales has " + std::to_string(scales.size()) + " values; expected one for each dimension of " +
           shape_text(shape));
  }
  Factors factors;
  for (float scale : scales) {
    if (!(scale >= 1.0f && scale <= static_cast<float>(kLargestDimension)) || scale != std::floor(scale)) {
      refuse_factors("scales holds " + std::to_string(scale));
    }
    factors.push_back(static_cast<int64_t>(scale));
  }
  return factors;
}

Factors from_sizes(const std::vector<int64_t>& sizes, const Shape& shape) {
  if (sizes.size() != shape.size()) {
    refuse("sizes has " + std::to_string(sizes.size()) + " values; expected one for each dimension of " +
           shape_text(shape));
  }
  Factors factors;
  for (size_t d = 0; d < shape.size(); ++d) {
    if (sizes[d] < 1 || sizes[d] % shape[d] != 0) {
      refuse_factors("sizes " + shape_text(sizes) + " for an input of shape " + shape_text(shape));
    }
    factors.push_back(sizes[d] / shape[d]);
  }
  return factors;
}

std::vector<float> real_list(const NodeImport& node, size_t index, const char* role) {
  const ConstantPtr found = node.constant(index, role);
  if (found->kind != Constant::Kind::real || !found->reals || found->shape.size() != 1) {
    refuse(std::string(role) + " '" + found->name + "' is " + found->element_type + " of shape " +
           shape_text(found->shape) + "; expected a list of floats");
  }
  return *found->reals;
}

bool given(const NodeImport& node, size_t index) {
  return node.has_input(index) && element_count(node.shape(index)) > 0;
}

// Since opset 18 scales and sizes may name the axes they are of; the others keep their size.
template <class T>
std::vector<T> on_all_axes(const NodeImport& node, std::vector<T> values, const std::vector<T>& kept) {
  if (!node.has("axes")) return values;
  const std::vector<int64_t> axes = node.integers("axes");
  if (axes.size() != values.size()) {
    refuse("axes has " + std::to_string(axes.size()) + " values, scales or sizes have " +
           std::to_string(values.size()) + "; expected as many of each");
  }
  std::vector<T> all = kept;
  for (size_t i = 0; i < axes.size(); ++i) all[normal_axis(axes[i], kept.size())] = values[i];
  return all;
}

std::vector<float> read_scales(const NodeImport& node, const Shape& shape) {
  return on_all_axes(node, real_list(node, 2, "scales"), std::vector<float>(shape.size(), 1.0f));
}

// A batch that replaces the file's literal 1 keeps its size.
std::vector<int64_t> read_sizes(const NodeImport& node, const Shape& shape) {
  std::vector<int64_t> sizes = on_all_axes(node, node.integer_list(3, "sizes"), shape);
  if (node.batch() > 1 && !sizes.empty() && sizes[0] == 1 && shape[0] == node.batch()) sizes[0] = shape[0];
  return sizes;
}

// Whether the rule takes input floor(out / factor) for every output, factor being whole. The place grows with
// `out`, so the first and the last output of one input element tell for all.
bool is_floor_rule(const std::string& coordinates, const std::string& rounding, int64_t factor) {
  const double f = static_cast<double>(factor);
  for (const double out : {0.0, f - 1.0}) {
    const double place = coordinates == "asymmetric"             ? out / f
                         : coordinates == "tf_half_pixel_for_nn" ? (out + 0.5) / f
                                                                 : (out + 0.5) / f - 0.5;
    const double nearest = rounding == "floor"               ? std::floor(place)
                           : rounding == "ceil"              ? std::ceil(place)
                           : rounding == "round_prefer_ceil" ? std::floor(place + 0.5)
                                                             : std::ceil(place - 0.5);
    if (nearest != 0.0) return false;
  }
  return true;
}

bool is_identity(const Factors& factors) {
  return std::all_of(factors.begin(), factors.end(), [](int64_t factor) { return factor == 1; });
}

void emit_resize(NodeImport& node, const Factors& factors, Resize op) {
  const TensorId x = node.tensor(0);
  const Shape shape = node.shape(0);
  if (is_identity(factors)) {
    node.emit(Reshape{}, {x}, shape);
    return;
  }
  if (shape.size() != 4 || factors[0] != 1 || factors[1] != 1) {
    refuse_factors("factors " + shape_text(factors) + " for an input of shape " + shape_text(shape));
  }
  op.factor_y = factors[2];
  op.factor_x = factors[3];
  node.emit(op, {x});
}

Resize::Mode read_mode(const NodeImport& node) {
  const std::string mode = node.text("mode", "nearest");
  if (mode == "nearest") return Resize::Mode::nearest;
  if (mode != "linear" && mode != "bilinear") refuse("mode is '" + mode + "'; expected nearest or linear");
  return Resize::Mode::bilinear;
}

void require_rule(const NodeImport& node, const Factors& factors, Resize& op) {
  std::string coordinates = node.text("coordinate_transformation_mode", "half_pixel");
  if (coordinates == "half_pixel_symmetric") coordinates = "half_pixel";  // the same for whole factors
  const std::string rounding = node.text("nearest_mode", "round_prefer_floor");
  const bool half_pixel = coordinates == "half_pixel" || coordinates == "pytorch_half_pixel";
  if (!half_pixel && coordinates != "asymmetric" && coordinates != "tf_half_pixel_for_nn") {
    refuse("coordinate_transformation_mode is '" + coordinates +
           "'; expected half_pixel, pytorch_half_pixel or asymmetric");
  }
  if (op.mode == Resize::Mode::bilinear) {
    if (coordinates == "tf_half_pixel_for_nn")
      refuse("coordinate_transformation_mode is 'tf_half_pixel_for_nn', which is for mode nearest");
    op.half_pixel = half_pixel;
    return;
  }
  if (rounding != "floor" && rounding != "ceil" && rounding != "round_prefer_floor" &&
      rounding != "round_prefer_ceil") {
    refuse("nearest_mode is '" + rounding +
           "'; expected floor, ceil, round_prefer_floor or round_prefer_ceil");
  }
  for (int64_t factor : factors) {
    if (factor > 1 && !is_floor_rule(coordinates, rounding, factor)) {
      refuse("nearest by " + std::to_string(factor) + " with " + coordinates + " and " + rounding +
             " takes other elements than floor(output / factor), the only rule supported");
    }
  }
}

}  // namespace

void import_resize(NodeImport& node) {
  const Shape shape = node.shape(0);
  Resize op;
  op.mode = read_mode(node);
  if (node.opset() < 11) {
    op.half_pixel = false;
    emit_resize(node, from_scales(real_list(node, 1, "scales"), shape), op);
    return;
  }
  if (node.integer("exclude_outside", 0) != 0) refuse("exclude_outside is 1; only 0 is supported");
  if (node.integer("antialias", 0) != 0) refuse("antialias is 1 (since opset 18); only 0 is supported");
  const std::string policy = node.text("keep_aspect_ratio_policy", "stretch");
  if (policy != "stretch")
    refuse("keep_aspect_ratio_policy is '" + policy + "' (since opset 18); only stretch is supported");
  const bool by_scales = given(node, 2), by_sizes = given(node, 3);
  if (by_scales == by_sizes) refuse("scales and sizes are both given or both missing; expected one of them");
  const Factors factors =
      by_scales ? from_scales(read_scales(node, shape), shape) : from_sizes(read_sizes(node, shape), shape);
  if (!is_identity(factors)) require_rule(node, factors, op);
  emit_resize(node, factors, op);
}

namespace {

// The attributes of opset 1 are of height and width.
std::vector<float> upsample_scales(const NodeImport& node) {
  if (node.opset() >= 9) return real_list(node, 1, "scales");
  if (node.opset() >= 7) return node.reals("scales");
  return {1.0f, 1.0f, static_cast<float>(node.real("height_scale", 1)),
          static_cast<float>(node.real("width_scale", 1))};
}

}  // namespace

// Upsample (to opset 9) samples at out / scale.
void import_upsample(NodeImport& node) {
  const Shape shape = node.shape(0);
  Resize op;
  op.mode = read_mode(node);
  op.half_pixel = false;
  emit_resize(node, from_scales(upsample_scales(node), shape), op);
}

}  // namespace mmasim::runtime::importing
