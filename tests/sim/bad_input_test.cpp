// Whatever the user gives wrong is told in one line that names the place, with exit code 2, and nothing is
// left behind. What the importer says of each fault of a network in full is
// tests/runtime/import/faults_test.cpp.
#include <cmath>
#include <filesystem>
#include <limits>
#include <vector>

#include "runtime/io/npy.h"
#include "tests/kit/onnx_builder.h"
#include "tests/sim/command_line.h"

using namespace mmasim;
using namespace mmasim::sim::test;
using runtime::test::TemporaryFolder;
using tests::OnnxBuilder;

namespace {

struct Mistake {
  std::string arguments;
  std::vector<std::string> said;  // the line holds each of these: the place, what was seen, what is allowed
};

// --out is a folder that does not exist, and must not afterwards.
void check_mistake(const TemporaryFolder& folder, const Mistake& mistake) {
  CAPTURE(mistake.arguments);
  const auto said = command_line(mistake.arguments);
  CAPTURE(said.error);
  CHECK(said.exit_code == 2);
  CHECK(said.is_one_line());
  CHECK(said.error.rfind("mmasim: ", 0) == 0);
  CHECK(said.out == "");
  for (const auto& text : mistake.said) {
    CAPTURE(text);
    CHECK(said.mentions(text));
  }
  CHECK_FALSE(std::filesystem::exists(folder.file("out")));
  for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
    CHECK(entry.path().extension() != ".part");
}

// x -> Conv -> Relu -> y, to damage
OnnxBuilder small_network() {
  OnnxBuilder network(13);
  network.input("x", {1, 3, 8, 8})
      .add_conv("conv", "x", "c", {4, 3, 3, 3})
      .add_node("Relu", {"c"}, {"y"}, {}, "relu")
      .output("y");
  return network;
}

void write_array(const std::string& path, const std::string& dtype, const runtime::Shape& shape,
                 size_t element_bytes) {
  const auto count = static_cast<size_t>(runtime::element_count(shape));
  runtime::write_npy(path, dtype, shape, std::vector<uint8_t>(count * element_bytes));
}

void write_floats(const std::string& path, const runtime::Shape& shape, float last) {
  std::vector<float> values(static_cast<size_t>(runtime::element_count(shape)), 0.5f);
  values.back() = last;
  const auto* bytes = reinterpret_cast<const uint8_t*>(values.data());
  runtime::write_npy(path, "<f4", shape, {bytes, bytes + values.size() * sizeof(float)});
}

// The default configuration with one piece of text replaced.
std::string changed_config(const std::string& from, const std::string& to) {
  auto text = text_of_file(MMASIM_SOURCE_DIR "/configs/tda4vm.yaml");
  const size_t place = text.find(from);
  REQUIRE(place != std::string::npos);
  return text.replace(place, from.size(), to);
}

const float kInfinity = std::numeric_limits<float>::infinity();

}  // namespace

TEST_CASE("bad input: network files that are missing or no networks") {
  const TemporaryFolder folder("bad-file");
  const auto whole = small_network().bytes();
  folder.write("text.onnx", "layers: [conv, relu]\n");
  folder.write("empty.onnx", "");
  folder.write("cut.onnx", whole.substr(0, whole.size() / 2));
  const auto lenet = text_of_file(kLenet);
  folder.write("cut_weights.onnx", lenet.substr(0, lenet.size() - 1000));
  for (const auto& command :
       std::vector<std::string>{"run ", "compare ", "evaluate --dataset " + kDataset + " "}) {
    const auto tail = " --out " + folder.file("out");
    const auto network = [&](const std::string& name) { return command + folder.file(name) + tail; };
    check_mistake(folder, {network("none.onnx"), {folder.file("none.onnx") + ": no such file"}});
    check_mistake(folder, {command + folder.path() + tail, {folder.path() + ": is a directory"}});
    check_mistake(folder, {network("text.onnx"), {"text.onnx: the file is not an ONNX network"}});
    check_mistake(folder, {network("empty.onnx"), {"empty.onnx: the file is empty"}});
    check_mistake(folder, {network("cut.onnx"), {"cut.onnx: the file is truncated or damaged"}});
    check_mistake(folder,
                  {network("cut_weights.onnx"), {"cut_weights.onnx: the file is truncated or damaged"}});
  }
  check_mistake(folder, {"compile " + folder.file("none.onnx") + " -o " + folder.file("out"),
                         {folder.file("none.onnx") + ": no such file"}});
}

TEST_CASE("bad input: networks that cannot be run") {
  const TemporaryFolder folder("bad-network");
  const auto check = [&](const OnnxBuilder& network, const std::vector<std::string>& said) {
    network.save(folder.file("net.onnx"));
    check_mistake(folder, {"run " + folder.file("net.onnx") + " --out " + folder.file("out"), said});
  };
  OnnxBuilder unsupported = small_network();
  unsupported.add_node("LSTM", {"y"}, {"z"}, {}, "memory").output("z");
  check(unsupported, {"net.onnx: node 'memory' (LSTM): operator LSTM is not supported",
                      "'mmasim describe operators' lists"});

  OnnxBuilder cyclic(13);
  cyclic.input("x", {1, 2})
      .add_node("Add", {"x", "b"}, {"a"}, {}, "add")
      .add_node("Relu", {"a"}, {"b"}, {}, "relu")
      .output("b");
  check(cyclic, {"net.onnx: node 'add' (Add): the network is cyclic"});

  for (const float value : {NAN, kInfinity, -kInfinity}) {
    OnnxBuilder weights = small_network();
    for (auto& tensor : *weights.graph().mutable_initializer()) {
      if (tensor.name() == "conv.weight") tensor.set_float_data(5, value);
    }
    check(weights, {"net.onnx: node 'conv' (Conv): tensor 'conv.weight' holds ",
                    std::isnan(value) ? "NaN" : "infinity", "at [0, 0, 1, 2]; expected finite values"});
  }

  const auto with_input = [](const OnnxBuilder::Shape& shape) {
    OnnxBuilder network(13);
    network.input("x", shape).add_node("Relu", {"x"}, {"y"}, {}, "relu").output("y");
    return network;
  };
  check(with_input({1, 0, 8, 8}), {"net.onnx: input 'x' has shape [1, 0, 8, 8]; expected dimensions of 1.."});
  check(with_input({1, -3}), {"net.onnx: input 'x' has shape [1, -3]; expected dimensions of 1.."});
  check(with_input({1, int64_t{1} << 62}), {"net.onnx: input 'x' has shape [1, 4611686018427387904]"});
  check(with_input({1 << 20, 1 << 20, 1 << 20}), {"net.onnx: input 'x'", "expected at most"});
  // what no dimension forbids but the machine's memory does
  check(with_input({1, 1 << 10, 1 << 10, 1 << 10}), {"DDR"});

  OnnxBuilder integers = small_network();
  integers.graph().mutable_input(0)->mutable_type()->mutable_tensor_type()->set_elem_type(
      onnx::TensorProto::INT32);
  check(integers, {"net.onnx: input 'x' has element type INT32; expected FLOAT"});
}

TEST_CASE("bad input: arrays that do not fit the network or hold no numbers") {
  const TemporaryFolder folder("bad-array");
  write_floats(folder.file("narrow.npy"), {1, 1, 28, 27}, 0.5f);
  write_floats(folder.file("flat.npy"), {784}, 0.5f);
  write_floats(folder.file("nan.npy"), {1, 1, 28, 28}, NAN);
  write_floats(folder.file("infinite.npy"), {1, 1, 28, 28}, -kInfinity);
  write_array(folder.file("double.npy"), "<f8", {1, 1, 28, 28}, 8);
  write_array(folder.file("int16.npy"), "<i2", {1, 1, 28, 28}, 2);
  folder.write("text.npy", "1 2 3\n");
  write_floats(folder.file("samples.npy"), {3, 1, 28, 28}, NAN);
  write_floats(folder.file("small_samples.npy"), {3, 1, 14, 14}, 0.5f);
  const auto whole = text_of_file(folder.file("narrow.npy"));
  folder.write("cut.npy", whole.substr(0, whole.size() - 1));
  auto big_endian = whole;
  folder.write("big_endian.npy", big_endian.replace(big_endian.find("<f4"), 3, ">f4"));
  const auto run = "run " + kLenet + " --out " + folder.file("out");
  const auto input = [&](const std::string& name) { return run + " --input " + folder.file(name); };
  const auto samples = [&](const std::string& name) { return run + " --calibration " + folder.file(name); };
  const std::string wanted = "input 'input' takes [1, 1, 28, 28]";
  const std::vector<Mistake> mistakes = {
      {input("none.npy"), {"none.npy: "}},
      {input("text.npy"), {"text.npy: "}},
      {input("cut.npy"), {"cut.npy: "}},
      {input("big_endian.npy"), {"big_endian.npy: ", ">f4"}},
      {input("narrow.npy"), {"narrow.npy: shape [1, 1, 28, 27]", wanted}},
      {input("flat.npy"), {"flat.npy: shape [784]", wanted}},
      {input("double.npy"), {"double.npy: dtype <f8", "expected float32"}},
      {input("int16.npy"), {"int16.npy: dtype <i2", "int8 as it is quantized"}},
      {input("nan.npy"), {"nan.npy: element 783 is not a number", "expected finite values"}},
      {input("infinite.npy"), {"infinite.npy: element 783 is infinite", "expected finite values"}},
      {run + " --input other=" + folder.file("nan.npy"), {"no such input", "did you mean 'input'?"}},
      {samples("none.npy"), {"none.npy: "}},
      {samples("samples.npy"), {"samples.npy: element 2351 is not a number", "expected finite values"}},
      {samples("small_samples.npy"), {"small_samples.npy: samples of shape [3, 1, 14, 14]", wanted}},
      {samples("double.npy"), {"double.npy: dtype <f8"}},
  };
  for (const auto& mistake : mistakes) check_mistake(folder, mistake);
}

TEST_CASE("bad input: hardware configurations") {
  const TemporaryFolder folder("bad-config");
  const auto check = [&](const std::string& text, const std::vector<std::string>& said) {
    folder.write("soc.yaml", text);
    check_mistake(
        folder,
        {"run " + kLenet + " --config " + folder.file("soc.yaml") + " --out " + folder.file("out"), said});
    const auto validated = command_line("validate " + folder.file("soc.yaml"));  // every fault, a line each
    CAPTURE(validated.error);
    CHECK(validated.exit_code == 2);
    for (const auto& each : said) CHECK(validated.mentions(each));
  };
  const auto config = folder.file("soc.yaml") + ":";
  check(changed_config("  array_bytes: 64 ", "  aray_bytes: 64 "),
        {config, "unknown key 'mma.aray_bytes'; did you mean 'mma.array_bytes'?"});
  check(changed_config("  b_banks: 2 ", "  b_banks: 200 "),
        {config, ":12: mma.b_banks is 200; expected 1..16"});
  check(changed_config("size_bytes: 448 KiB", "size_bytes: 448 MHz"), {config, "l2.size_bytes", "KiB"});
  check(changed_config("  b_banks: 2 ", "  b_banks: two "), {config, "mma.b_banks", "two"});
  check(changed_config("\nmma:\n", "\nmmb:\n"), {config, "unknown section 'mmb'; did you mean 'mma'?"});
  check("soc:\n  name: x\n", {config, "section 'mma' is missing"});
  check("soc: [1, 2\n", {config});
  check("", {folder.file("soc.yaml")});
  const auto run = "run " + kLenet + " --out " + folder.file("out") + " ";
  check_mistake(folder, {run + "--config " + folder.file("none.yaml"), {"none.yaml: "}});
  check_mistake(folder, {run + "--set mma.b_banks=0", {"--set mma.b_banks", "expected 1..16"}});
  check_mistake(folder, {run + "--set mma.banks=2", {"--set mma.banks", "did you mean"}});
  check_mistake(folder, {run + "--set mma.b_banks", {"--set mma.b_banks", "path.to.key=value"}});
}

TEST_CASE("bad input: programs that wait for what never comes or read what nobody wrote") {
  const TemporaryFolder folder("bad-order");
  const auto simulate = [&](const std::string& code) {
    folder.write("p.s",
                 ".program network=\"n\" precision=\"int8\" ddr_bytes_used=128\n"
                 ".layer name=\"l\" kind=\"pool\" precision=\"int8\"\n" +
                     code + "ctl.end\n");
    REQUIRE(command_line("assemble " + folder.file("p.s") + " -o " + folder.file("p.mma")).exit_code == 0);
    return "simulate " + folder.file("p.mma") + " --out " + folder.file("out");
  };
  check_mistake(folder, {simulate("sync.wait token=1 count=1\n"),
                         {folder.file("p.mma") + ": instruction 0 (sync.wait): token 1 never reaches 1"}});
  check_mistake(folder, {simulate("dma.copy channel=0 src=ddr:0x40 dst=l2:0x0 row_bytes=16\n"),
                         {folder.file("p.mma") + ": instruction 0 (dma.copy): src reads byte 64 of ddr"}});
}

TEST_CASE("bad input: program files that are damaged or for another machine") {
  const TemporaryFolder folder("bad-program");
  const auto program = folder.file("p.mma");
  REQUIRE(command_line("compile " + kLenet + " --quiet -o " + program).exit_code == 0);
  const auto whole = text_of_file(program);
  const auto simulate = [&](const std::string& name) {
    return "simulate " + folder.file(name) + " --out " + folder.file("out");
  };
  folder.write("text.mma", "no program");
  check_mistake(folder, {simulate("none.mma"), {folder.file("none.mma")}});
  check_mistake(folder, {simulate("text.mma"), {folder.file("text.mma")}});
  for (const size_t bytes : {size_t{0}, size_t{12}, whole.size() / 2, whole.size() - 1}) {
    folder.write("cut.mma", whole.substr(0, bytes));
    check_mistake(folder, {simulate("cut.mma"), {folder.file("cut.mma")}});
    check_mistake(folder, {"disassemble " + folder.file("cut.mma"), {folder.file("cut.mma")}});
  }
  for (size_t place = 0; place < whole.size(); place += whole.size() / 29) {
    auto damaged = whole;
    damaged[place] = static_cast<char>(damaged[place] ^ 0x20);
    folder.write("damaged.mma", damaged);
    CAPTURE(place);
    check_mistake(folder, {simulate("damaged.mma"), {folder.file("damaged.mma")}});
  }
  check_mistake(folder, {simulate("p.mma") + " --set l2.size_bytes=224KiB",
                         {folder.file("p.mma") + ": compiled for another machine than tda4vm",
                          "l2_bytes is 229376, the program needs 458752"}});
  check_mistake(folder, {simulate("p.mma") + " --set mma.array_bytes=32", {"array_bytes is 32"}});
  folder.write("wrong.s", "ctl.layer layer=0\nctl.stop\n");
  check_mistake(folder, {"assemble " + folder.file("wrong.s") + " -o " + folder.file("out"),
                         {folder.file("wrong.s") + ":2: unknown instruction 'ctl.stop'"}});
}

TEST_CASE("bad input: folders and files that cannot be written") {
  const TemporaryFolder folder("bad-out");
  folder.write("file", "");
  const auto below = folder.file("file") + "/below";  // not even the superuser may
  const std::string why = "cannot be written: Not a directory";
  const auto program = folder.file("p.mma");
  REQUIRE(command_line("compile " + kLenet + " --quiet -o " + program).exit_code == 0);
  const std::vector<Mistake> mistakes = {
      {"run " + kLenet + " --out " + below, {"--out " + below, why}},
      {"compare " + kLenet + " --out " + below, {"--out " + below, why}},
      {"evaluate " + kLenet + " --dataset " + kDataset + " --out " + below, {"--out " + below, why}},
      {"simulate " + program + " --out " + below, {"--out " + below, why}},
      {"compile " + kLenet + " -o " + below, {below, why}},
      {"disassemble " + program + " -o " + below, {below, why}},
      {"compile " + kLenet + " -o " + folder.path(), {folder.path(), "it is a folder"}},
  };
  for (const auto& mistake : mistakes) check_mistake(folder, mistake);
}

TEST_CASE("bad input: options that do not exist, take other values or exclude each other") {
  const TemporaryFolder folder("bad-options");
  const auto run = "run " + kLenet + " --out " + folder.file("out") + " ";
  const auto compare = "compare " + kLenet + " --out " + folder.file("out") + " ";
  const std::vector<Mistake> mistakes = {
      {"ran " + kLenet, {"unknown command 'ran'", "did you mean 'run'?"}},
      {"run", {"network is required"}},
      {"help", {"unknown command 'help'", "did you mean '--help'?"}},
      {"version", {"unknown command 'version'", "did you mean '--version'?"}},
      {run + "--frobnicate", {"run has no option --frobnicate (see mmasim run --help)"}},
      {run + "--precison int8", {"run has no option --precison; did you mean --precision?"}},
      {run + "--random-weight=1", {"run has no option --random-weight; did you mean --random-weights?"}},
      {run + "--threads 0", {"--threads", "1"}},
      {run + "--threads many", {"--threads", "many"}},
      {run + "--seed -1", {"--seed", "-1"}},
      {run + "--random-weights x", {"--random-weights", "x"}},
      {run + "--format xml", {"--format", "xml", "json"}},
      {run + "--verify=all", {"--verify", "all", "layers"}},
      {run + "--precision int9", {"--precision int9", "int8, int16, int32, mixed or float32"}},
      {run + "--quant tidl", {"tidl", "tidl-np2-fixed"}},
      {run + "--timing-only --verify", {"--verify", "--timing-only"}},
      {run + "--timing-only --verify=layers", {"--verify", "--timing-only"}},
      {run + "--timing-only --functional-only", {"--timing-only", "--functional-only"}},
      {compare + "--precision int8,int9", {"--precision int9", "int8, int16, int32, mixed or float32"}},
      {compare + "--quant per-channel,tidl", {"tidl", "tidl-np2-fixed"}},
      {compare + "--functional-only", {"--functional-only"}},
      {run + kLenet, {kLenet}},
  };
  for (const auto& mistake : mistakes) check_mistake(folder, mistake);
}

TEST_CASE("bad input: what an earlier run left stays whole when the next one is mistaken") {
  const TemporaryFolder folder("bad-after");
  const auto run = "run " + kLenet + " --quiet --out " + folder.file("kept") + " ";
  REQUIRE(command_line(run + "--timing-only").exit_code == 0);
  const auto report = text_of_file(folder.file("kept/report.json"));
  write_floats(folder.file("nan.npy"), {1, 1, 28, 28}, NAN);
  CHECK(command_line(run + "--input " + folder.file("nan.npy")).exit_code == 2);
  CHECK(text_of_file(folder.file("kept/report.json")) == report);
  CHECK(std::filesystem::exists(folder.file("kept/program.mma")));
  // nor is a folder the user made taken away
  std::filesystem::create_directory(folder.file("empty"));
  CHECK(command_line("run /nonexistent.onnx --out " + folder.file("empty")).exit_code == 2);
  CHECK(std::filesystem::is_empty(folder.file("empty")));
}
