// Two uses of each command. The files that they name are a user's own: net.onnx, samples (a dataset folder),
// image.npy, soc.yaml, sweep.yaml, and what an example before has made. A test runs them all.
#include "sim/commands/command_facts.h"

namespace mmasim::sim {
namespace {

struct Examples {
  const char* command;
  const char *first, *second;
};

constexpr Examples kExamples[] = {
    {"run", "mmasim run net.onnx --input image.npy --calibration samples --verify",
     "mmasim run net.onnx --timing-only --trace perfetto --out traced"},
    {"compare", "mmasim compare net.onnx --precision int8,int16,int32",
     "mmasim compare net.onnx --config tda4vm,am62a --layers"},
    {"evaluate", "mmasim evaluate net.onnx --dataset samples",
     "mmasim evaluate net.onnx --dataset samples --quant tidl-np2-fixed,per-channel --precision int8,int16 "
     "--limit 100"},
    {"check", "mmasim check net.onnx",
     "mmasim check net.onnx --config am62a --precision int16 --format json"},
    {"tune", "mmasim tune net.onnx --dataset samples --target-drop 1",
     "mmasim tune net.onnx --dataset samples --target-drop 0.5 --all --limit 100"},
    {"quantize", "mmasim quantize net.onnx -o quantized.onnx --calibration samples",
     "mmasim quantize net.onnx -o plan.yaml --calibration samples --quant per-channel --set-quant "
     "act.calib=kl"},
    {"compile", "mmasim compile net.onnx -o net.mma --calibration samples",
     "mmasim compile net.onnx -o timing.mma --timing-only --precision int16"},
    {"simulate", "mmasim simulate net.mma --input image.npy",
     "mmasim simulate timing.mma --timing-only --sort cycles --top 5"},
    {"assemble", "mmasim assemble net.s -o again.mma",
     "mmasim disassemble net.mma | mmasim assemble - -o again.mma"},
    {"disassemble", "mmasim disassemble net.mma -o net.s", "mmasim disassemble net.mma | grep mma.stream"},
    {"describe", "mmasim describe presets", "mmasim describe config --format json"},
    {"validate", "mmasim validate soc.yaml", "mmasim validate soc.yaml sweep.yaml"},
    {"advise", "mmasim advise net.onnx", "mmasim advise net.onnx --budget 10s --format json"},
    {"sweep", "mmasim sweep sweep.yaml --dry-run", "mmasim sweep sweep.yaml --resume --jobs 4"},
    {"perform", "mmasim perform request.yaml", "mmasim perform requests.jsonl --log results.jsonl --jobs 4"},
    {"memory", "mmasim memory stream.txt --cycles 1000000",
     "mmasim memory - --config am62a --format json < stream.txt"},
    {"trace", "mmasim trace traced/trace.json", "mmasim trace traced/trace.json --top 3 --format markdown"},
};

}  // namespace

std::vector<std::string> examples_of(const std::string& command) {
  for (const auto& examples : kExamples)
    if (command == examples.command) return {examples.first, examples.second};
  return {};
}

}  // namespace mmasim::sim
