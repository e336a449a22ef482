// How a tile holds what a layer's windows read: all lines from the first tap's to the last's, or, where
// dilation leaves lines between them that no window of the tile reads, the lines of each tap row apart, one
// group below the other; likewise columns. Chooses by elements alone, so it follows from shapes.
#pragma once

#include "runtime/lower/array/linear_layer.h"

namespace mmasim::runtime {

// Along one axis: groups of so many lines, and how far apart in the tile a window's taps are.
struct HeldLines {
  int64_t groups = 1, lines = 1, dilation = 1;
  int64_t count() const { return groups * lines; }
};

struct HeldWindows {
  HeldLines y, x;
  int64_t elements = 0;  // of all channels of the input region
};

// What the output region's windows need, with the channels of `input`, its input region.
HeldWindows held_windows(const LinearLayer& layer, const Region& output, const Region& input);

// What a single tap of the output region's windows reads, of channels [begin, end) of the input.
struct Tap {
  int64_t y = 0, x = 0;
};
struct Channels {
  int64_t begin = 0, end = 0;
};
Region tap_region(const LinearLayer& layer, const Region& output, Tap tap, Channels channels);

struct WindowTile {
  Tile tile;
  int64_t dilation_y = 1, dilation_x = 1;  // of the taps within the tile
};
WindowTile load_windows(LoweringContext& context, Step& step, const LinearLayer& layer, const Region& output,
                        const Region& input);

}  // namespace mmasim::runtime
