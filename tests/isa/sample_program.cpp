#include "tests/isa/sample_program.h"

namespace mmasim::isa {

Program program_of(const std::vector<Instruction>& instructions, const Machine& machine) {
  Program program;
  program.machine = machine;
  program.layers.emplace_back().name = "only";
  program.ddr_bytes_used = 4096;
  for (const Instruction& instruction : instructions) append(program, instruction);
  append(program, CtlEnd{});
  return program;
}

std::string complaint(const Program& program) {
  try {
    verify_program(program);
  } catch (const ProgramFileError& error) {
    return error.what();
  }
  return "";
}
std::string complaint(const std::vector<Instruction>& instructions, const Machine& machine) {
  return complaint(program_of(instructions, machine));
}

std::vector<Instruction> every_instruction() {
  DmaCopy copy;
  copy.signal = 1;
  copy.src = ddr(0);
  copy.dst = l2(0);
  copy.row_bytes = 16;
  copy.n1 = 2;
  copy.src_stride1 = 32;
  copy.dst_stride1 = 16;
  DmaFill fill;
  fill.dst = Address::in(Space::l3, 0x100);
  fill.value = -1;
  fill.row_bytes = 8;
  StageSet array_stage = plain_stage(Unit::mma);
  array_stage.bias = l2(0x400);
  MmaLoadB load;
  load.addr = l2(0x1000);
  load.rows = 64;
  MmaStream stream;
  stream.a = l2(0x3000);
  stream.rows = 1;
  stream.depth = 1;
  MmaTransfer transfer;
  transfer.rows = 1;
  transfer.columns = 64;
  transfer.dst = l2(0x4000);
  DspAdd add;
  add.a = add.b = l2(0);
  add.dst = l2(64);
  add.channels = add.b_channels = 4;
  DspMultiply multiply;
  multiply.a = multiply.b = l2(0);
  multiply.dst = l2(64);
  multiply.channels = 4;
  multiply.b_channels = 1;
  auto depthwise = one_position<DspDepthwise>();
  depthwise.weights = l2(128);
  auto lookup = one_position<DspLookup>();
  lookup.table = l2(512);
  auto softmax = one_position<DspSoftmax>();
  softmax.table = l2(512);
  auto resize = one_position<DspResize>();
  resize.in_height = resize.in_width = 1;
  DspPermute permute;
  permute.src = l2(0);
  permute.dst = ddr(64);
  auto quantize = one_position<DspQuantize>();
  quantize.step = 0.1f;
  auto dequantize = one_position<DspDequantize>();
  dequantize.low = -1e-30f;
  DspUnpack unpack;
  unpack.src = l2(0);
  unpack.dst = l2(64);
  unpack.table = l2(128);
  unpack.count = 3;
  DspCombineF32 combine;
  combine.a = combine.b = l2(0);
  combine.dst = l2(64);
  combine.channels = combine.b_channels = 4;
  auto convolve = one_position<DspConvolveF32>();
  convolve.weights = l2(128);
  convolve.weight_stride = 16;
  return {CtlLayer{0, Setup::heavy},
          SyncWait{1, 1},
          SyncSignal{2},
          DmaWait{3, 1, 0xffffffff},
          copy,
          fill,
          array_stage,
          plain_stage(Unit::dsp),
          MmaConfig{},
          MmaPattern{},
          MmaStorePattern{},
          load,
          stream,
          transfer,
          MmaRange{l2(0x5000)},
          one_position<DspRescale>(),
          add,
          multiply,
          depthwise,
          one_position<DspRequantize>(),
          one_position<DspPoolMax>(),
          one_position<DspPoolAverage>(),
          lookup,
          one_position<DspPrelu>(),
          softmax,
          one_position<DspArgmax>(),
          resize,
          permute,
          quantize,
          dequantize,
          one_position<DspConvert>(),
          one_position<DspRange>(),
          unpack,
          combine,
          one_position<DspFunctionF32>(),
          convolve,
          one_position<DspPoolF32>(),
          one_position<DspSoftmaxF32>()};
}

Program sample_program() {
  Program program = program_of(every_instruction());
  program.machine.name = "a \"quoted\" machine # no comment";
  program.network = "r\xc3\xa9seau\n2";
  program.precision = "int8";
  program.constants_bytes = 33;
  for (int i = 0; i < 33; ++i) program.constants.push_back(static_cast<uint8_t>(i * 8 - 1));
  program.l2_bytes_used = 0x5010;
  program.l3_bytes_used = 0x108;
  program.accumulator_proven = false;
  program.layers[0] = {"conv \\1",    "conv", "int8", "weights once", {"Conv_0", "Relu, 1", ""},
                       1234567890123, 7};
  program.layers.emplace_back();
  program.inputs.push_back({"x",
                            Element::u8,
                            {1, 3, 2, 2},
                            {12, 4, 2, 1},
                            ddr(64),
                            0,
                            0,
                            0.1,
                            -128,
                            InputRounding::half_even_quotient});
  program.outputs.push_back({"y", Element::s32, {10}, {-4}, ddr(1000), 1, 4294967295, 1e-300, 0, {}});
  program.outputs.push_back({"real", Element::f32, {2}, {4}, ddr(1040), 0, 0, 1.0, 0, {}});
  program.intermediates.push_back({"scalar", Element::s64, {}, {}, l2(8), 63, 1, 3.0, INT64_MIN, {}});
  return program;
}

}  // namespace mmasim::isa
