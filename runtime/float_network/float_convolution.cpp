// Convolutions of the float run. Three ways, one result: as a Gemm where the filter sees the whole map, row
// by row where a group has few filters (depthwise), else as tiles of 8 filters by 32 pixels over im2col
// panels.
#include <algorithm>

#include "isa/kit/parallel.h"
#include "runtime/float_network/float_step.h"
#include "runtime/float_network/float_tile.h"

namespace mmasim::runtime::quantization {

namespace {

constexpr int64_t kFewFilters = 4;          // of a group: below, tiles would be mostly empty
constexpr int64_t kParallelMacs = 1 << 20;  // below, starting threads costs more than they save

// Sizes of a convolution, after padding its input.
struct ConvShape {
  int64_t batch, channels, height, width;  // of the padded input
  int64_t filters, out_height, out_width;  // of the output
  int64_t groups, group_channels, group_filters;
  int64_t kernel_y, kernel_x;

  int64_t pixels() const { return out_height * out_width; }
  int64_t depth() const { return group_channels * kernel_y * kernel_x; }
  int64_t macs() const { return batch * filters * pixels() * depth(); }
};

ConvShape shape_of(const Conv& conv, const FloatStep& step) {
  const Shape& x = step.x[0]->shape;
  const Shape& y = step.y.shape;
  const auto& pad = conv.window.pad;
  ConvShape s{};
  s.batch = x.at(0);
  s.channels = x.at(1);
  s.height = x.at(2) + pad[0] + pad[2];
  s.width = x.at(3) + pad[1] + pad[3];
  s.filters = y.at(1);
  s.out_height = y.at(2);
  s.out_width = y.at(3);
  s.groups = conv.groups;
  s.group_channels = s.channels / s.groups;
  s.group_filters = s.filters / s.groups;
  s.kernel_y = conv.window.kernel[0];
  s.kernel_x = conv.window.kernel[1];
  return s;
}

bool is_padded(const Window& window) {
  return std::any_of(window.pad.begin(), window.pad.end(), [](int64_t p) { return p != 0; });
}

// One image with its padding of zeros; the image itself where there is none.
const float* padded_image(const Conv& conv, const ConvShape& s, const FloatTensor& x, int64_t image,
                          std::vector<float>& storage) {
  const int64_t height = x.shape[2], width = x.shape[3];
  const float* const source = x.values.data() + image * s.channels * height * width;
  if (!is_padded(conv.window)) return source;
  storage.assign(static_cast<size_t>(s.channels * s.height * s.width), 0.0f);
  for (int64_t c = 0; c < s.channels; ++c) {
    for (int64_t row = 0; row < height; ++row) {
      float* const target =
          storage.data() + (c * s.height + row + conv.window.pad[0]) * s.width + conv.window.pad[1];
      std::copy_n(source + (c * height + row) * width, width, target);
    }
  }
  return storage.data();
}

// Pixels of one panel that lie in one output row: where they stand in the panel and in the padded image.
struct Segment {
  int64_t lane, count, offset;
};

std::vector<Segment> segments_of(const Conv& conv, const ConvShape& s, int64_t first_pixel, int64_t count) {
  std::vector<Segment> segments;
  for (int64_t done = 0; done < count;) {
    const int64_t oy = (first_pixel + done) / s.out_width, ox = (first_pixel + done) % s.out_width;
    const int64_t run = std::min(count - done, s.out_width - ox);
    segments.push_back({done, run, oy * conv.window.stride[0] * s.width + ox * conv.window.stride[1]});
    done += run;
  }
  return segments;
}

// lanes[k][32] of im2col for one group; lanes beyond the last pixel keep what they hold and are not read
// back.
void pack_pixels(const Conv& conv, const ConvShape& s, const float* group_image,
                 const std::vector<Segment>& segments, float* lanes) {
  const int64_t stride = conv.window.stride[1];
  for (int64_t c = 0; c < s.group_channels; ++c) {
    for (int64_t ky = 0; ky < s.kernel_y; ++ky) {
      for (int64_t kx = 0; kx < s.kernel_x; ++kx) {
        const float* const source = group_image + (c * s.height + ky * conv.window.dilation[0]) * s.width +
                                    kx * conv.window.dilation[1];
        for (const Segment& segment : segments) {
          const float* const from = source + segment.offset;
          float* const to = lanes + segment.lane;
          if (stride == 1) {
            for (int64_t i = 0; i < segment.count; ++i) to[i] = from[i];
          } else {
            for (int64_t i = 0; i < segment.count; ++i) to[i] = from[i * stride];
          }
        }
        lanes += kTileLanes;
      }
    }
  }
}

// packed[group][block of 8 filters][k][8]
struct PackedFilters {
  std::vector<float> values;
  int64_t blocks = 0;  // a group
  const float* block(const ConvShape& s, int64_t group, int64_t index) const {
    return values.data() + (group * blocks + index) * s.depth() * kTileRows;
  }
};

PackedFilters pack_filters(const Conv& conv, const ConvShape& s) {
  PackedFilters packed;
  packed.blocks = (s.group_filters + kTileRows - 1) / kTileRows;
  packed.values.assign(static_cast<size_t>(s.groups * packed.blocks * s.depth() * kTileRows), 0.0f);
  const float* const weights = values_of(conv.weights);
  for (int64_t filter = 0; filter < s.filters; ++filter) {
    const int64_t group = filter / s.group_filters, row = filter % s.group_filters;
    float* const target = packed.values.data() +
                          (group * packed.blocks + row / kTileRows) * s.depth() * kTileRows + row % kTileRows;
    const float* const source = weights + filter * s.depth();
    for (int64_t k = 0; k < s.depth(); ++k)
      target[k * kTileRows] = effective(source[k], conv.weight_scale, filter);
  }
  return packed;
}

// One panel of pixels of one image, times some blocks of filters of one group.
struct TileWork {
  const Conv& conv;
  const ConvShape& s;
  const PackedFilters& filters;
  const float* image;  // padded
  float* y;            // of the image
};

void convolve_panel(const TileWork& work, int64_t group, int64_t first_pixel, int64_t first_block,
                    int64_t end_block) {
  const ConvShape& s = work.s;
  const int64_t count = std::min(kTileLanes, s.pixels() - first_pixel);
  thread_local std::vector<float> lanes;
  if (lanes.size() < static_cast<size_t>(s.depth() * kTileLanes)) lanes.assign(s.depth() * kTileLanes, 0.0f);
  const float* const group_image = work.image + group * s.group_channels * s.height * s.width;
  pack_pixels(work.conv, s, group_image, segments_of(work.conv, s, first_pixel, count), lanes.data());
  float tile[kTileRows * kTileLanes];
  for (int64_t block = first_block; block < end_block; ++block) {
    const int64_t first_filter = group * s.group_filters + block * kTileRows;
    const int64_t filters = std::min(kTileRows, s.group_filters - block * kTileRows);
    for (int64_t row = 0; row < kTileRows; ++row) {
      const float bias = row < filters ? bias_of(work.conv.bias, first_filter + row) : 0.0f;
      std::fill_n(tile + row * kTileLanes, kTileLanes, bias);
    }
    accumulate_tile(work.filters.block(s, group, block), lanes.data(), s.depth(), tile);
    for (int64_t row = 0; row < filters; ++row) {
      std::copy_n(tile + row * kTileLanes, count, work.y + (first_filter + row) * s.pixels() + first_pixel);
    }
  }
}

void convolve_by_tiles(const Conv& conv, const ConvShape& s, const FloatStep& step) {
  const PackedFilters filters = pack_filters(conv, s);
  const unsigned threads = s.macs() < kParallelMacs ? 1 : step.threads;
  const int64_t panels = (s.pixels() + kTileLanes - 1) / kTileLanes;
  // Few panels: split the filters too, at the price of packing a panel more than once.
  const int64_t parts =
      panels * s.groups >= 2 * int64_t{threads} ? 1 : std::min<int64_t>(threads, filters.blocks);
  std::vector<float> storage;
  for (int64_t image = 0; image < s.batch; ++image) {
    const TileWork work{conv, s, filters, padded_image(conv, s, *step.x[0], image, storage),
                        step.y.values.data() + image * s.filters * s.pixels()};
    parallel_for(threads, s.groups * panels * parts, [&](int64_t piece) {
      const int64_t part = piece % parts, panel = piece / parts % panels, group = piece / parts / panels;
      convolve_panel(work, group, panel * kTileLanes, part * filters.blocks / parts,
                     (part + 1) * filters.blocks / parts);
    });
  }
}

void convolve_by_rows(const Conv& conv, const ConvShape& s, const FloatStep& step) {
  const float* const weights = values_of(conv.weights);
  const auto& window = conv.window;
  std::vector<float> storage;
  for (int64_t image = 0; image < s.batch; ++image) {
    const float* const padded = padded_image(conv, s, *step.x[0], image, storage);
    float* const y = step.y.values.data() + image * s.filters * s.pixels();
    parallel_for(s.macs() < kParallelMacs ? 1 : step.threads, s.filters, [&](int64_t filter) {
      const float* const source = padded + filter / s.group_filters * s.group_channels * s.height * s.width;
      for (int64_t oy = 0; oy < s.out_height; ++oy) {
        float* const sums = y + filter * s.pixels() + oy * s.out_width;
        std::fill_n(sums, s.out_width, bias_of(conv.bias, filter));
        const float* weight = weights + filter * s.depth();
        for (int64_t c = 0; c < s.group_channels; ++c) {
          for (int64_t ky = 0; ky < s.kernel_y; ++ky) {
            const float* const row =
                source + (c * s.height + oy * window.stride[0] + ky * window.dilation[0]) * s.width;
            for (int64_t kx = 0; kx < s.kernel_x; ++kx) {
              const float w = effective(*weight++, conv.weight_scale, filter);
              accumulate_tap(w, row + kx * window.dilation[1], window.stride[1], s.out_width, sums);
            }
          }
        }
      }
    });
  }
}

bool sees_whole_map(const Conv& conv, const ConvShape& s) {
  return s.groups == 1 && s.pixels() == 1 && !is_padded(conv.window) && s.kernel_y == s.height &&
         s.kernel_x == s.width;
}

}  // namespace

void evaluate(const Conv& conv, const FloatStep& step) {
  const ConvShape s = shape_of(conv, step);
  if (sees_whole_map(conv, s)) {
    multiply(
        {step.x[0]->values.data(), s.batch, s.depth(), s.filters, conv.weights, conv.weight_scale, conv.bias},
        step.threads, step.y.values.data());
  } else if (s.group_filters < kFewFilters) {
    convolve_by_rows(conv, s, step);
  } else {
    convolve_by_tiles(conv, s, step);
  }
}

// Scatters each input pixel to the outputs it reaches: for one output that is again channel, filter row,
// filter column.
void evaluate(const ConvTranspose& conv, const FloatStep& step) {
  const Shape& x = step.x[0]->shape;
  const Shape& y = step.y.shape;
  const int64_t channels = x.at(1), height = x.at(2), width = x.at(3), filters = y.at(1);
  const int64_t group_filters = filters / conv.groups, group_channels = channels / conv.groups;
  const auto& window = conv.window;
  const float* const weights = values_of(conv.weights);
  parallel_for(step.threads, x.at(0) * filters, [&](int64_t piece) {
    const int64_t image = piece / filters, filter = piece % filters, group = filter / group_filters;
    float* const plane = step.y.values.data() + piece * y[2] * y[3];
    std::fill_n(plane, y[2] * y[3], bias_of(conv.bias, filter));
    for (int64_t c = group * group_channels; c < (group + 1) * group_channels; ++c) {
      const float* const source = step.x[0]->values.data() + (image * channels + c) * height * width;
      const float* weight =
          weights + (c * group_filters + filter % group_filters) * window.kernel[0] * window.kernel[1];
      for (int64_t ky = 0; ky < window.kernel[0]; ++ky) {
        for (int64_t kx = 0; kx < window.kernel[1]; ++kx) {
          const float w = effective(*weight++, conv.weight_scale, filter);
          for (int64_t iy = 0; iy < height; ++iy) {
            const int64_t oy = iy * window.stride[0] - window.pad[0] + ky * window.dilation[0];
            if (oy < 0 || oy >= y[2]) continue;
            for (int64_t ix = 0; ix < width; ++ix) {
              const int64_t ox = ix * window.stride[1] - window.pad[1] + kx * window.dilation[1];
              if (ox >= 0 && ox < y[3]) plane[oy * y[3] + ox] += w * source[iy * width + ix];
            }
          }
        }
      }
    }
  });
}

}  // namespace mmasim::runtime::quantization
