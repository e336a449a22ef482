// The options of every command, and what each is expected to do. Runs nothing: options_test.cpp does.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

namespace mmasim::sim::test {

// changes: exit code, output or files. host: none of them. place: where the files go.
enum class Effect { changes, host, place };

struct Row {
  std::string command, option;  // the option with its value
  Effect effect;
  std::string beside{};  // what it needs
};

inline const std::map<std::string, std::string> kBase{
    {"run", "net.onnx"},
    {"compare", "net.onnx"},
    {"evaluate", "net.onnx --dataset samples --limit 20"},
    {"check", "net.onnx"},
    {"tune", "net.onnx --dataset samples --limit 20 --target-drop 100"},
    {"quantize", "net.onnx -o out/q.onnx"},
    {"compile", "net.onnx -o out/p.mma"},
    {"simulate", "net.mma"},
    {"assemble", "net.s -o out/p.mma"},
    {"disassemble", "net.mma"},
    {"describe", "presets"},
    {"validate", "soc.yaml"},
    {"advise", "net.onnx --budget 0"},
    {"sweep", "sweep.yaml"},
    {"perform", "requests.jsonl"},
    {"memory", "stream.txt"},
    {"trace", "trace.csv"},
};
inline const std::set<std::string> kWithFolder{"run",  "compare",  "evaluate",
                                               "tune", "simulate", "sweep"};  // --out

constexpr auto changes = Effect::changes, host = Effect::host, place = Effect::place;

inline const std::vector<Row> kRows{
    {"run", "--precision int16", changes},
    {"run", "--quant per-channel", changes},
    {"run", "--set-quant act.calib=kl", changes},
    {"run", "--plan plan.yaml", changes},
    {"run", "--config am62a", changes},
    {"run", "--set l2.size_bytes=1MiB", changes},
    {"run", "--shape input=2,1,28,28", changes},
    {"run", "--outputs /f/f.0/Conv_output_0", changes},
    {"run", "--input image.npy", changes},
    {"run", "--seed 5", changes},
    {"run", "--calibration samples", changes},
    {"run", "--random-weights 5", changes},  // a warning: the network has its weights
    {"run", "--verify", changes},
    {"run", "--timing-only", changes},
    {"run", "--functional-only", changes},
    {"run", "--compare-float", changes},
    {"run", "--out elsewhere", place},
    {"run", "--no-program", changes},
    {"run", "--format csv", changes},
    {"run", "--threads 2", host},
    {"run", "--quiet", host},
    {"run", "--sort cycles", changes},
    {"run", "--top 2", changes},
    {"run", "--bound mma", changes},
    {"run", "--trace csv", changes},
    {"run", "--trace-limit 4k", changes, "--trace csv"},
    {"run", "--trace-layers *Conv*", changes, "--trace csv"},
    {"compare", "--config tda4vm,am62a", changes},
    {"compare", "--set l2.size_bytes=1MiB", changes},
    {"compare", "--precision int8,int16", changes},
    {"compare", "--quant per-channel", changes},
    {"compare", "--set-quant act.bits=16", changes},
    {"compare", "--shape input=2,1,28,28", changes},
    {"compare", "--outputs /f/f.0/Conv_output_0", changes},
    {"compare", "--input batch.npy", changes},
    {"compare", "--random-weights 5", host},  // of a network that declares weights: nothing is lacking
    {"compare", "--timing-only", host},       // says what is so
    {"compare", "--layers", changes},
    {"compare", "--out elsewhere", place},
    {"compare", "--format csv", changes},
    {"compare", "--threads 2", host},
    {"compare", "--quiet", host},
    {"evaluate", "--limit 10", changes},
    {"evaluate", "--precision int16", changes},
    {"evaluate", "--quant per-channel", changes},
    {"evaluate", "--set-quant act.bits=16", changes},
    {"evaluate", "--config am62a", changes},
    {"evaluate", "--set ddr.clock_period_ns=0.9375", changes},
    {"evaluate", "--shape input=2,1,28,28", changes},  // refused: an image does not fit
    {"evaluate", "--outputs /f/f.0/Conv_output_0", changes},
    {"evaluate", "--calibration one.npy", changes},
    {"evaluate", "--random-weights 5", changes},
    {"evaluate", "--out elsewhere", place},
    {"evaluate", "--format csv", changes},
    {"evaluate", "--threads 2", host},
    {"evaluate", "--quiet", host},
    {"check", "--precision int4", changes},
    {"check", "--quant nonesuch", changes},
    {"check", "--set-quant act.bits=9", changes},
    {"check", "--plan nonesuch.yaml", changes},
    {"check", "--config nonesuch", changes},
    {"check", "--set l2.size_bytes=1KiB", changes},
    {"check", "--shape input=1,1,28", changes},
    {"check", "--outputs /f/f.0/Conv_output_0", changes},
    {"check", "--format csv", changes},
    {"tune", "--limit 10", changes},
    {"tune", "--all", changes},
    {"tune", "--config am62a", changes},
    {"tune", "--set ddr.clock_period_ns=0.9375", changes},
    {"tune", "--shape input=2,1,28,28", changes},
    {"tune", "--outputs /f/f.0/Conv_output_0", changes},
    {"tune", "--calibration one.npy", changes},
    {"tune", "--random-weights 5", changes},
    {"tune", "--out elsewhere", place},
    {"tune", "--format csv", changes},
    {"tune", "--threads 2", host},
    {"tune", "--quiet", host},
    {"quantize", "--precision int16", changes},
    {"quantize", "--quant per-channel", changes},
    {"quantize", "--set-quant act.calib=kl", changes},
    {"quantize", "--plan plan.yaml", changes},
    {"quantize", "--config nonesuch", changes},  // mixed precisions are chosen by cycles of the hardware
    {"quantize", "--set l2.size_bytes=none", changes},  // likewise
    {"quantize", "--shape input=2,1,28,28", changes},
    {"quantize", "--outputs /f/f.0/Conv_output_0", changes},
    {"quantize", "--input image.npy", changes},
    {"quantize", "--seed 5", changes},
    {"quantize", "--calibration samples", changes},
    {"quantize", "--random-weights 5", changes},
    {"quantize", "--threads 2", host},
    {"quantize", "--quiet", host},
    {"compile", "--precision int16", changes},
    {"compile", "--quant per-channel", changes},
    {"compile", "--set-quant act.bits=16", changes},
    {"compile", "--plan plan.yaml", changes},
    {"compile", "--timing-only", changes},
    {"compile", "--config am62a", changes},
    {"compile", "--set l2.size_bytes=1MiB", changes},
    {"compile", "--shape input=2,1,28,28", changes},
    {"compile", "--outputs /f/f.0/Conv_output_0", changes},
    {"compile", "--input image.npy", changes},
    {"compile", "--seed 5", changes},
    {"compile", "--calibration samples", changes},
    {"compile", "--random-weights 5", changes},
    {"compile", "--threads 2", host},
    {"compile", "--quiet", host},
    {"simulate", "--config am62a", changes},  // refused: another machine
    {"simulate", "--set ddr.clock_period_ns=0.9375", changes},
    {"simulate", "--input image.npy", changes},
    {"simulate", "--seed 5", changes},
    {"simulate", "--timing-only", changes},
    {"simulate", "--functional-only", changes},
    {"simulate", "--plain", changes},
    {"simulate", "--out elsewhere", place},
    {"simulate", "--no-program", changes},
    {"simulate", "--format csv", changes},
    {"simulate", "--threads 2", host},
    {"simulate", "--quiet", host},
    {"simulate", "--sort cycles", changes},
    {"simulate", "--top 2", changes},
    {"simulate", "--bound mma", changes},
    {"simulate", "--trace csv", changes},
    {"simulate", "--trace-limit 4k", changes, "--trace csv"},
    {"simulate", "--trace-layers *Conv*", changes, "--trace csv"},
    {"disassemble", "-o out/p.s", changes},
    {"describe", "--format json", changes},
    {"advise", "--precision int16", changes},
    {"advise", "--quant asym-pt", changes},
    {"advise", "--set-quant act.bits=16", changes},
    {"advise", "--plan plan16.yaml", changes},
    {"advise", "--config am62a", changes},
    {"advise", "--set overhead.network_call_cycles=1000", changes},
    {"advise", "--shape input=2,1,28,28", changes},
    {"advise", "--outputs /f/f.0/Conv_output_0", changes},
    {"advise", "--format csv", changes},
    {"advise", "--json", changes},
    {"advise", "--threads 2", host},
    {"advise", "--quiet", host},
    {"sweep", "--out elsewhere", place},
    {"sweep", "--resume", host},  // nothing is there: everything is missing
    {"sweep", "--dry-run", changes},
    {"sweep", "--engine slurm", changes, "--sbatch=--no-such-option"},
    {"sweep", "--jobs 1", host},
    {"sweep", "--chunk 1", changes, "--engine local"},     // refused: tasks are Slurm's
    {"sweep", "--sbatch=--x", changes, "--engine local"},  // likewise
    {"sweep", "--format csv", changes},
    {"sweep", "--quiet", host},
    {"perform", "--log out/log.jsonl", changes},
    {"perform", "--first 1", changes},
    {"perform", "--count 1", changes},
    {"perform", "--jobs 2", host},
    {"perform", "--quiet", host},
    {"memory", "--cycles 60", changes},
    {"memory", "--format csv", changes},
    {"memory", "--config am62a", changes},
    {"memory", "--set ddr.clock_period_ns=0.9375", changes},
    {"trace", "--top 1", changes},
    {"trace", "--format csv", changes},
};

// Options that a command cannot do without stand in its base.
inline const std::set<std::string> kNeeded{"evaluate --dataset", "tune --dataset",   "tune --target-drop",
                                           "quantize --output",  "compile --output", "assemble --output",
                                           "advise --budget"};

}  // namespace mmasim::sim::test
