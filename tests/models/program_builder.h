// Builds small programs by hand, and runs them on the SoC. A process elaborates one SoC, so in_child() runs
// more.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include "isa/encoding/codec.h"
#include "isa/program.h"
#include "models/soc.h"

namespace mmasim::test {

class ProgramBuilder {
 public:
  explicit ProgramBuilder(size_t layers = 1) { program.layers.resize(layers); }

  ProgramBuilder& add(const isa::Instruction& instruction) {
    isa::encode(instruction, program.code);
    ++program.instruction_count;
    return *this;
  }

  isa::Program program;
};

inline isa::Address l2(uint64_t offset) { return isa::Address::in(isa::Space::l2, offset); }
inline isa::Address l3(uint64_t offset) { return isa::Address::in(isa::Space::l3, offset); }
inline isa::Address ddr(uint64_t offset) { return isa::Address::in(isa::Space::ddr, offset); }

// The defaults, but that a dma instruction takes 10 to hand over and a descriptor nothing to end.
inline models::SocConfig plain_config(uint32_t cores = 1) {
  models::SocConfig config;
  config.cores = cores;
  config.dma.issue_cycles = 10;
  config.dma.end_cycles = 0;
  return config;
}

// One row of bytes from one place to another.
inline isa::DmaCopy copy_row(uint8_t channel, uint16_t signal, isa::Address src, isa::Address dst,
                             uint32_t bytes) {
  isa::DmaCopy copy;
  copy.channel = channel;
  copy.signal = signal;
  copy.src = src;
  copy.dst = dst;
  copy.row_bytes = bytes;
  return copy;
}

inline models::Activity run(const ProgramBuilder& builder, const models::SocConfig& config,
                            const isa::MemoryView* values = nullptr, const isa::TokenWatcher& watcher = {}) {
  const auto soc = std::make_unique<models::Soc>("soc", config, builder.program, values, watcher);
  return soc->run();
}

// Runs `work` in a child process and returns its text.
inline std::string in_child(const std::function<std::string()>& work) {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("pipe");
  const pid_t child = fork();
  if (child == 0) {
    std::string text;
    try {
      text = work();
    } catch (const std::exception& error) {
      text = std::string("threw: ") + error.what();
    }
    size_t written = 0;
    while (written < text.size()) {
      const ssize_t count = write(ends[1], text.data() + written, text.size() - written);
      if (count <= 0) break;
      written += static_cast<size_t>(count);
    }
    _exit(0);
  }
  close(ends[1]);
  std::string text;
  char buffer[4096];
  for (ssize_t count; (count = read(ends[0], buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<size_t>(count));
  close(ends[0]);
  waitpid(child, nullptr, 0);
  return text;
}

// Every number of an activity, as text to compare.
inline std::string to_text(const models::Activity& activity) {
  std::string text = "total " + std::to_string(activity.total_cycles) + " refreshes " +
                     std::to_string(activity.ddr_refreshes);
  for (const models::LayerActivity& layer : activity.layers) {
    text += "\n";
    const auto put = [&](const char* name, uint64_t value) {
      text += std::string(" ") + name + " " + std::to_string(value);
    };
    put("start", layer.start_cycle);
    put("end", layer.end_cycle);
    put("mma", layer.mma_cycles);
    put("dsp", layer.dsp_cycles);
    put("busy", layer.core_busy_cycles);
    put("dma", layer.dma_cycles);
    put("overhead", layer.overhead_cycles);
    for (const auto& [cause, cycles] : layer.stall_cycles) put(cause.c_str(), cycles);
    for (const auto& traffic : {layer.l1, layer.l2, layer.l3, layer.ddr}) {
      put("read", traffic.read_bytes);
      put("write", traffic.write_bytes);
    }
    put("rows", layer.array_rows);
    for (const uint64_t macs : layer.array_macs) put("macs", macs);
    put("empty", layer.array_empty_cycles);
    put("loads", layer.array_load_cycles);
    put("panels", layer.panel_loads);
    for (const uint64_t operations : layer.dsp_operations) put("operations", operations);
    put("activates", layer.ddr_activates);
    put("dma_bytes", layer.dma_bytes);
  }
  return text;
}

}  // namespace mmasim::test
