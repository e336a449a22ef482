// Where channels are and how elements lie, worked out by hand.
#include <doctest/doctest.h>

#include "runtime/graph/axes.h"

using namespace mmasim::runtime;

namespace {

using Strides = std::vector<int64_t>;
using Groups = std::vector<std::vector<size_t>>;

}  // namespace

TEST_CASE("axes: rank 4 lies channels-last, every other rank row-major") {
  CHECK(memory_strides({2, 3, 4, 5}) == Strides{60, 1, 15, 3});  // n, c, h, w: 4*5*3, 1, 5*3, 3
  CHECK(row_major_strides({2, 3, 4, 5}) == Strides{60, 20, 5, 1});
  CHECK(memory_strides({2, 3, 4}) == Strides{12, 4, 1});
  CHECK(memory_strides({2, 3, 4, 5, 6}) == Strides{360, 120, 30, 6, 1});
  CHECK(memory_strides({7}) == Strides{1});
  CHECK(memory_strides({}).empty());
}

TEST_CASE("axes: a shape is linear where memory order is row-major order") {
  CHECK(is_linear({2, 3, 4}));
  CHECK(is_linear({}));
  CHECK(is_linear({2, 1, 4, 5}));
  CHECK(is_linear({2, 3, 1, 1}));
  CHECK_FALSE(is_linear({2, 3, 1, 2}));
  CHECK_FALSE(is_linear({1, 3, 4, 1}));
  CHECK(lie_alike({2, 3, 4}, {6, 4, 1, 1}));
  CHECK(lie_alike({2, 3, 4, 5}, {2, 3, 1, 20}));
  CHECK_FALSE(lie_alike({2, 3, 4, 5}, {2, 6, 2, 5}));
  CHECK_FALSE(lie_alike({2, 3, 4, 5}, {2, 3, 20}));
}

TEST_CASE("axes: channels lie innermost along axis 1 of rank 4 and the last of others") {
  CHECK(lie_innermost({2, 3, 4, 5}, {1, 1}));
  CHECK_FALSE(lie_innermost({2, 3, 4, 5}, {3, 1}));
  CHECK(lie_innermost({2, 3}, {1, 1}));
  CHECK(lie_innermost({3}, {0, 1}));
  CHECK(lie_innermost({2, 3, 4, 5, 6}, {4, 1}));
  CHECK_FALSE(lie_innermost({2, 3, 4}, {1, 1}));
  CHECK_FALSE(lie_innermost({2, 3, 4}, {1, 2}));
  CHECK_FALSE(lie_innermost({}, {0, 0}));
}

TEST_CASE("axes: operators name the axes that they work along") {
  CHECK(channel_axes(Conv{}, 4) == AxisSpan{1, 1});
  CHECK(channel_axes(Gemm{}, 3) == AxisSpan{2, 1});
  CHECK(channel_axes(BatchNorm{{}, {}, 6, {2, 2}}, 5) == AxisSpan{2, 2});
  CHECK(channel_axes(Prelu{{}, 3, {2, 1}}, 3) == AxisSpan{2, 1});
  CHECK_FALSE(channel_axes(Prelu{{0.5}, 0}, 3).has_value());
  CHECK(channel_axes(Softmax{2}, 5) == AxisSpan{2, 1});
  CHECK_FALSE(channel_axes(Add{}, 5).has_value());
  CHECK(outer_count({2, 3, 4, 5, 6}, {1, 2}) == 2);
  CHECK(channel_count({2, 3, 4, 5, 6}, {1, 2}) == 12);
  CHECK(inner_count({2, 3, 4, 5, 6}, {1, 2}) == 30);
  CHECK(channel_count({2, 3}, {0, 0}) == 1);
}

TEST_CASE("axes: one step pads planes, one axis, or two that follow each other in memory") {
  const auto axes = [](const Shape& before, const Shape& padded) {
    return padded_axes({before, Shape(before.size(), 0)}, padded);
  };
  CHECK(axes({0, 0, 1, 0}, {1, 3, 4, 4})->planes);
  CHECK(axes({0, 0, 1, 1}, {1, 3, 4, 4})->planes);
  const auto channels = axes({0, 2, 0, 0}, {1, 3, 4, 4});
  CHECK_FALSE(channels->planes);
  CHECK_FALSE(channels->y.has_value());
  CHECK(channels->x == 1);
  const auto columns = axes({0, 2, 0, 2}, {1, 3, 4, 4});  // w and c
  CHECK(columns->y == 3);
  CHECK(columns->x == 1);
  CHECK_FALSE(axes({0, 2, 2, 0}, {1, 3, 4, 4}).has_value());  // w lies between h and c
  CHECK(axes({0, 2, 2, 0}, {1, 3, 4, 1}).has_value());
  CHECK_FALSE(axes({1, 0, 1}, {2, 3, 2}).has_value());
  CHECK(axes({1, 1, 0}, {2, 3, 2}).has_value());
  CHECK_FALSE(axes({1, 1, 1}, {2, 3, 2}).has_value());
  CHECK_FALSE(axes({0, 0}, {2, 3}).has_value());
}

TEST_CASE("axes: a result without the channels lies as positions do unless it is a map") {
  CHECK(positions_lie_alike({2, 3, 4, 5}, {2, 1, 4, 5}));
  CHECK(positions_lie_alike({2, 3, 4, 5}, {2, 4, 5}));
  CHECK(positions_lie_alike({2, 2, 2, 2, 3}, {2, 2, 2, 2, 1}));
  CHECK_FALSE(positions_lie_alike({2, 2, 2, 2, 3}, {2, 2, 2, 2}));
}

TEST_CASE("axes: groups follow memory order and leave out axes of one element") {
  const auto never = [](size_t, size_t) { return false; };
  const auto always = [](size_t, size_t) { return true; };
  CHECK(axis_groups({2, 3, 4, 5}, never) == Groups{{0}, {2}, {3}, {1}});
  CHECK(axis_groups({2, 3, 1, 5}, always) == Groups{{0, 3, 1}});
  CHECK(axis_groups({2, 1, 5}, never) == Groups{{0}, {2}});
  CHECK(axis_groups({1, 1}, never).empty());
}
