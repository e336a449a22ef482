// What instructions cost on the vector core. Vectors are of Machine::vector_bytes; wider elements fill more
// of them.
#pragma once

#include <cstdint>

#include "isa/kit/config_field.h"

namespace mmasim::models {

struct DspConfig {
  uint32_t issue_cycles = 1;
  uint32_t start_cycles = 40;
  double rescale_cycles = 4;
  double add_cycles = 4;
  double multiply_cycles = 4;
  double requantize_cycles = 4;
  double depthwise_tap_cycles = 1;
  double pool_max_tap_cycles = 1;
  double pool_average_tap_cycles = 2;
  double lookup_cycles = 4;
  double lookup_segment_cycles = 16;
  double prelu_cycles = 6;
  double softmax_cycles = 40;
  double argmax_cycles = 2;
  double resize_cycles = 12;
  double permute_cycles = 1;
  double permute_element_cycles = 0.25;
  double quantize_cycles = 4;
  double dequantize_cycles = 4;
  double convert_cycles = 2;
  double range_cycles = 2;
  double unpack_cycles = 1;
  double float_tap_cycles = 1;
  double float_combine_cycles = 4;
  double float_function_cycles = 24;
  double float_softmax_cycles = 40;
  double l3_fill_bytes_per_cycle = 16;
  uint32_t l3_latency_cycles = 60;
  double ddr_fill_bytes_per_cycle = 4;
  uint32_t ddr_latency_cycles = 200;

  static constexpr auto keys = make_field_list(
      key(&DspConfig::issue_cycles, "issue_cycles", "cycles", 1, 1000,
          "issue of one instruction of the array, of a configuration or of a signal [?]"),
      key(&DspConfig::start_cycles, "start_cycles", "cycles", 0, 100000,
          "start of one dsp instruction: loop set-up and pipeline fill [?]"),
      key(&DspConfig::rescale_cycles, "rescale_cycles", "cycles", 0, 1000, "dsp.rescale, a vector [?]"),
      key(&DspConfig::add_cycles, "add_cycles", "cycles", 0, 1000, "dsp.add, a vector [?]"),
      key(&DspConfig::multiply_cycles, "multiply_cycles", "cycles", 0, 1000, "dsp.multiply, a vector [?]"),
      key(&DspConfig::requantize_cycles, "requantize_cycles", "cycles", 0, 1000,
          "the output stage of dsp.requantize and dsp.depthwise, a vector of results [?]"),
      key(&DspConfig::depthwise_tap_cycles, "depthwise_tap_cycles", "cycles", 0, 1000,
          "dsp.depthwise, a vector and filter tap [?]"),
      key(&DspConfig::pool_max_tap_cycles, "pool_max_tap_cycles", "cycles", 0, 1000,
          "dsp.pool_max, a vector and window cell [?]"),
      key(&DspConfig::pool_average_tap_cycles, "pool_average_tap_cycles", "cycles", 0, 1000,
          "dsp.pool_average, a vector and window cell [?]"),
      key(&DspConfig::lookup_cycles, "lookup_cycles", "cycles", 0, 1000,
          "dsp.lookup in a direct table, a vector [?]"),
      key(&DspConfig::lookup_segment_cycles, "lookup_segment_cycles", "cycles", 0, 1000,
          "dsp.lookup by linear segments, a vector [?]"),
      key(&DspConfig::prelu_cycles, "prelu_cycles", "cycles", 0, 1000, "dsp.prelu, a vector [?]"),
      key(&DspConfig::softmax_cycles, "softmax_cycles", "cycles", 0, 10000,
          "dsp.softmax, a vector, all passes together [?]"),
      key(&DspConfig::argmax_cycles, "argmax_cycles", "cycles", 0, 1000, "dsp.argmax, a vector [?]"),
      key(&DspConfig::resize_cycles, "resize_cycles", "cycles", 0, 1000,
          "dsp.resize, a vector of results [?]"),
      key(&DspConfig::permute_cycles, "permute_cycles", "cycles", 0, 1000,
          "dsp.permute of contiguous rows, a vector [?]"),
      key(&DspConfig::permute_element_cycles, "permute_element_cycles", "cycles", 0, 1000,
          "dsp.permute of scattered elements, an element [?]"),
      key(&DspConfig::quantize_cycles, "quantize_cycles", "cycles", 0, 1000,
          "dsp.quantize, a vector of reals: divide, round, add, saturate [?]"),
      key(&DspConfig::dequantize_cycles, "dequantize_cycles", "cycles", 0, 1000,
          "dsp.dequantize, a vector of reals [?]"),
      key(&DspConfig::convert_cycles, "convert_cycles", "cycles", 0, 1000,
          "dsp.convert, a vector of 32-bit reals [?]"),
      key(&DspConfig::range_cycles, "range_cycles", "cycles", 0, 1000,
          "dsp.range, a vector of reals: a minimum and a maximum [?]"),
      key(&DspConfig::unpack_cycles, "unpack_cycles", "cycles", 0, 1000,
          "dsp.unpack, a vector of results: a table of 64 bytes per cycle [?]"),
      key(&DspConfig::float_tap_cycles, "float_tap_cycles", "cycles", 0, 1000,
          "dsp.convolve_f32 and dsp.pool_f32, a vector and tap, source channels counted [?]"),
      key(&DspConfig::float_combine_cycles, "float_combine_cycles", "cycles", 0, 1000,
          "dsp.combine_f32 and the end of a sum of reals, a vector [?]"),
      key(&DspConfig::float_function_cycles, "float_function_cycles", "cycles", 0, 1000,
          "dsp.function_f32, a vector [?]"),
      key(&DspConfig::float_softmax_cycles, "float_softmax_cycles", "cycles", 0, 10000,
          "dsp.softmax_f32, a vector, all passes together [?]"),
      key(&DspConfig::l3_fill_bytes_per_cycle, "l3_fill_bytes_per_cycle", "bytes/cycle", 0.01, 4096,
          "cache traffic of operands that lie in L3 [?]"),
      key(&DspConfig::l3_latency_cycles, "l3_latency_cycles", "cycles", 0, 100000,
          "first byte of an operand that lies in L3 [?]"),
      key(&DspConfig::ddr_fill_bytes_per_cycle, "ddr_fill_bytes_per_cycle", "bytes/cycle", 0.01, 4096,
          "cache traffic of operands that lie in DDR [?]"),
      key(&DspConfig::ddr_latency_cycles, "ddr_latency_cycles", "cycles", 0, 100000,
          "first byte of an operand that lies in DDR [?]"));
};

}  // namespace mmasim::models
