// Assembly text: there and back byte for byte, and mistakes named with file, line, what was seen and what is
// allowed.
#include "isa/program/assembly.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "isa/program/equality.h"
#include "tests/isa/sample_program.h"
#include "tests/kit/property.h"

namespace mmasim::isa {
namespace {

std::string assembly_error(const std::string& text) {
  try {
    assemble(text, "x.s");
  } catch (const AssemblyError& error) {
    return error.what();
  }
  return "";
}

Instruction only_instruction(const std::string& text) {
  const Program program = assemble(text, "x.s");
  REQUIRE(program.instruction_count == 1);
  size_t offset = 0;
  return decode(program.code, offset);
}

}  // namespace

TEST_CASE("assembly: an instruction is its mnemonic and its fields") {
  CHECK(to_text(CtlEnd{}) == "ctl.end");
  CHECK(to_text(CtlLayer{7, Setup::heavy}) == "ctl.layer layer=7 setup=heavy");
  CHECK(to_text(MmaRange{Address::in(Space::l2, 0x1f00)}) == "mma.range dst=l2:0x1f00");
  CHECK(to_text(MmaRange{}) == "mma.range dst=none");
  CHECK(to_text(MmaConfig{Element::s8, Element::u8}) == "mma.config a=s8 b=u8");
  StageSet stage = plain_stage(Unit::dsp);
  stage.shift = -3;
  stage.shift_mode = TableMode::per_lane;
  stage.rounding = Rounding::half_even;
  CHECK(to_text(stage) ==
        "stage.set unit=dsp out=s8 raw=0 overflow=wrap bias=none multiplier_mode=none multiplier=1 "
        "multipliers=none "
        "shift_mode=per_lane shift=-3 shifts=none rounding=half_even zero_point=0 clip_min=-128 clip_max=127 "
        "track_range=0");
}

TEST_CASE("assembly: every instruction reads back from its own text") {
  for (const Instruction& instruction : every_instruction()) {
    CAPTURE(to_text(instruction));
    CHECK(only_instruction(to_text(instruction)) == instruction);
  }
}

TEST_CASE("assembly: fields left out keep their defaults, order and spaces are free") {
  CHECK(only_instruction("dma.wait count=5 channel=1") == Instruction(DmaWait{1, 0, 5}));
  CHECK(only_instruction("\n  # a comment\n\t dma.wait   channel=0x10 # 16\r\n\n") ==
        Instruction(DmaWait{16, 0, 0}));
}

TEST_CASE("assembly: a whole program comes back from its text, and the text from the program") {
  const Program program = sample_program();
  const std::string text = disassemble(program);
  const Program again = assemble(text, "x.s");
  CHECK(again == program);
  CHECK(disassemble(again) == text);

  Program for_timing = program;  // constants that are not there
  for_timing.constants.clear();
  CHECK(assemble(disassemble(for_timing), "x.s") == for_timing);
}

TEST_CASE("assembly: the directives of a small program") {
  Program program = program_of({SyncSignal{3}});
  program.network = "a\"b\\c\n";
  program.constants = {0x00, 0x1f, 0xff};
  program.constants_bytes = 3;
  program.inputs.push_back(
      {"x", Element::s16, {2, 3}, {6, -2}, ddr(16), 1, 2, 0.1, -5, InputRounding::half_even_quotient});
  program.layers[0].operators = {"c 1", "r"};
  program.machine.name = "m";
  CHECK(
      disassemble(program) ==
      ".program network=\"a\\\"b\\\\c\\x0a\" precision=\"\" constants_bytes=3 l2_bytes_used=0 "
      "l3_bytes_used=0 "
      "ddr_bytes_used=4096 accumulator_proven=1\n"
      ".machine name=\"m\" array_bytes=64 b_banks=2 c_banks=8 multiplier_bits=0 per_lane_shift=0 "
      "has_output_zero_point=0 has_output_clip=0 half_up_only=1 max_shift=63 vector_bytes=64 dma_channels=16 "
      "dma_queue_entries=64 tokens=64 l2_bytes=458752 l3_bytes=8159232 ddr_bytes=2147483648\n"
      ".layer name=\"only\" kind=\"\" precision=\"\" dataflow=\"\" operators=[\"c 1\",\"r\"] macs=0 tiles=0\n"
      ".input name=\"x\" element=s16 shape=[2,3] strides_bytes=[6,-2] address=ddr:0x10 ready_token=1 "
      "ready_count=2 "
      "inv_step=0.1 zero_point=-5 input_rounding=half_even_quotient\n"
      "sync.signal token=3\n"
      "ctl.end\n"
      ".constants 001fff\n");
}

TEST_CASE("assembly: constants stand 32 bytes to a line") {
  Program program = program_of({});
  program.constants.resize(33);
  std::fill(program.constants.begin(), program.constants.end(), uint8_t{0xab});
  program.constants_bytes = 33;
  const std::string text = disassemble(program);
  std::string line = ".constants ";
  for (int i = 0; i < 32; ++i) line += "ab";
  CHECK(text.substr(text.find(".constants")) == line + "\n.constants ab\n");
}

TEST_CASE("assembly: floats and strings read back whatever they are") {
  CHECK(tests::holds([] {
    Program program = program_of({});
    TensorPlacement tensor;
    tensor.name = tests::draw_any<std::string>();
    tensor.inv_step = tests::draw_any<double>();
    tensor.zero_point = tests::draw_any<int64_t>();
    tensor.shape = tests::draw_any<std::vector<int64_t>>();
    program.outputs.push_back(tensor);
    program.layers[0].operators = tests::draw_any<std::vector<std::string>>();
    PROPERTY_ASSERT(assemble(disassemble(program), "x.s") == program);
  }));
}

TEST_CASE("assembly: random text never does more than throw") {
  const std::string good = disassemble(sample_program());
  const std::string awkward = "\"[]=,.\\#\n 0-x:\x80";
  CHECK(tests::holds([&] {
    std::string text = good;
    const auto faults = tests::draw_in_range(1, 8);
    for (int i = 0; i < faults; ++i) {
      text[tests::draw_in_range<size_t>(0, text.size())] =
          awkward[tests::draw_in_range<size_t>(0, awkward.size())];
    }
    assembly_error(text);  // any other exception fails the property
  }));
}

TEST_CASE("assembly: misspelt instructions, fields and directives name what is near or allowed") {
  CHECK(assembly_error("ctl.end\nmma.steam rows=1") ==
        "x.s:2: unknown instruction 'mma.steam'; did you mean mma.stream?");
  CHECK(assembly_error("conv2d") == "x.s:1: unknown instruction 'conv2d'");
  CHECK(assembly_error("mma.load_b bnk=1") ==
        "x.s:1: mma.load_b has no field 'bnk'; it has bank, addr, rows; did you mean bank?");
  CHECK(assembly_error("ctl.end now=1") == "x.s:1: ctl.end has no field 'now'; it has none");
  CHECK(assembly_error(".layers name=\"a\"") ==
        "x.s:1: unknown directive '.layers'; expected .program, .machine, .layer, .input, .output, "
        ".intermediate or "
        ".constants");
}

TEST_CASE("assembly: values out of range say what is allowed") {
  CHECK(assembly_error("mma.load_b rows=256") == "x.s:1: mma.load_b: rows is 256; expected 0..255");
  CHECK(assembly_error("mma.load_b rows=255") == "");
  CHECK(assembly_error("mma.load_b rows=-1") == "x.s:1: mma.load_b: rows is -1; expected 0..255");
  CHECK(assembly_error("stage.set shift=128") == "x.s:1: stage.set: shift is 128; expected -128..127");
  CHECK(assembly_error("stage.set shift=-128") == "");
  CHECK(assembly_error("stage.set clip_min=-9223372036854775808") == "");
  CHECK(assembly_error("stage.set clip_min=-9223372036854775809") ==
        "x.s:1: stage.set: clip_min is -9223372036854775809; expected "
        "-9223372036854775808..9223372036854775807");
  CHECK(assembly_error("dma.copy src_stride1=549755813888") ==
        "x.s:1: dma.copy: src_stride1 is 549755813888; expected -549755813888..549755813887");
  CHECK(assembly_error("stage.set rounding=up") ==
        "x.s:1: stage.set: rounding is up; expected half_up, half_even, half_away, floor");
  CHECK(assembly_error("mma.range dst=l4:0x10") ==
        "x.s:1: mma.range: dst is l4:0x10; expected none, or l2, l3 or ddr with an offset below 2^40 such as "
        "l2:0x1f00");
  CHECK(assembly_error("mma.range dst=l2:0x10000000000") != "");
  CHECK(assembly_error("mma.range dst=l2:0xffffffffff") == "");
  CHECK(assembly_error("mma.range dst=none:0x0") != "");
}

TEST_CASE("assembly: malformed lines say what is expected") {
  CHECK(assembly_error("mma.load_b rows 1") == "x.s:1: 'rows' is no field; expected NAME=VALUE");
  CHECK(assembly_error("mma.load_b rows=") == "x.s:1: mma.load_b: rows is empty; expected 0..255");
  CHECK(assembly_error("mma.load_b rows=1 bank=0 rows=2") == "x.s:1: mma.load_b: rows is given twice");
  CHECK(assembly_error(".layer name=conv") ==
        "x.s:1: .layer: name is conv; expected a string in quotes, with \\\", \\\\ and \\xHH inside");
  CHECK(assembly_error(".layer name=\"conv") != "");
  CHECK(assembly_error(".layer operators=[\"a\" ]") != "");
  CHECK(assembly_error(".input shape=[1,]") ==
        "x.s:1: .input: shape is [1,]; expected a list of integers such as [1,-2]");
  CHECK(assembly_error(".input inv_step=nan") == "x.s:1: .input: inv_step is nan; expected a finite number");
  CHECK(assembly_error(".program accumulator_proven=2") ==
        "x.s:1: .program: accumulator_proven is 2; expected 0..1");
  CHECK(assembly_error(".machine\n.machine") == "x.s:2: .machine is given twice");
  CHECK(assembly_error(".constants 0g") ==
        "x.s:1: .constants: expected pairs of the digits 0..9 and a..f, and nothing else");
  CHECK(assembly_error(".constants 012") != "");
  CHECK(assembly_error(".program constants_bytes=2\n.constants 0102\n.constants 03\n") ==
        "x.s:3: .constants: 3 bytes in all; .program says constants_bytes=2");
}

}  // namespace mmasim::isa
