#include "tests/sim/workplace.h"

#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <vector>

#include "runtime/io/npy.h"

namespace mmasim::sim::test {
namespace {

namespace fs = std::filesystem;

void write_array(const std::string& path, int64_t batch, float value) {
  const std::vector<float> values(static_cast<size_t>(batch * 28 * 28), value);
  const auto* bytes = reinterpret_cast<const uint8_t*>(values.data());
  runtime::write_npy(path, "<f4", {batch, 1, 28, 28}, {bytes, bytes + values.size() * sizeof(float)});
}

}  // namespace

Workplace::Workplace(const std::string& name) : folder_(name) {
  for (const std::string network : {"net.onnx", "a.onnx", "b.onnx"}) fs::copy(kLenet, file(network));
  for (const std::string samples : {"samples", "folder"}) fs::copy(kDataset, file(samples));
  fs::copy(kDataset + "/one_image.npy", file("image.npy"));
  write_array(file("batch.npy"), 2, 0.5f);
  write_array(file("one.npy"), 1, 0.25f);
  write_array(file("samples.npy"), 3, 0.75f);
  folder_.write("soc.yaml", "base: am68a\nsoc:\n  name: mine\nl3:\n  size_bytes: 2 MiB\n");
  folder_.write("quant.yaml", "preset: per-channel\n");
  folder_.write("sweep.yaml", "network: net.onnx\nprecision: [int8, int16]\n");
  folder_.write("stream.txt", "0x0 READ 0\n0x40 READ 0\n0x20000 WRITE 40\n");
  folder_.write("request.yaml", "network: net.onnx\nmode: timing-only\n");
  folder_.write("requests.jsonl",
                "{\"network\": \"net.onnx\", \"mode\": \"timing-only\"}\n"
                "{\"network\": \"net.onnx\", \"mode\": \"timing-only\", \"data\": {\"seed\": 1}}\n");
  must("compile net.onnx --quiet -o net.mma");
  must("disassemble net.mma -o net.s");
  must("quantize net.onnx --quiet -o plan.yaml --quant per-channel");
  must("quantize net.onnx --quiet -o plan16.yaml --precision int16");
  must("run net.onnx --quiet --timing-only --trace csv --out traced");
  fs::copy(file("traced/trace.csv"), file("trace.csv"));
}

Said Workplace::say(const std::string& arguments) const {
  return command_line(arguments, "cd " + folder_.path() + " && ");
}

Said Workplace::shell(const std::string& line) const {
  folder_.write("line.sh", "set -euo pipefail\n" + line + "\n");
  const std::string program = MMASIM_BINARY;
  const auto status =
      std::system(("cd " + folder_.path() + " && PATH=" + fs::path(program).parent_path().string() +
                   ":$PATH bash line.sh >line.out 2>line.error </dev/null")
                      .c_str());
  Said said;
  said.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  said.out = text_of_file(file("line.out"));
  said.error = text_of_file(file("line.error"));
  return said;
}

void Workplace::must(const std::string& arguments) const {
  const auto said = say(arguments);
  CAPTURE(said.error);
  REQUIRE(said.exit_code == 0);
}

}  // namespace mmasim::sim::test
