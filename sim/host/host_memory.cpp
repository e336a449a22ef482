#include "sim/host/host_memory.h"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <vector>

#include "runtime/user_error.h"

namespace mmasim::sim {
namespace {

uint64_t float_bytes(const runtime::Graph& graph, runtime::TensorId tensor) {
  return static_cast<uint64_t>(runtime::element_count(graph.tensors[tensor].shape)) * sizeof(float);
}

}  // namespace

uint64_t float_bytes_alive(const runtime::Graph& graph) {
  std::vector<size_t> last_use(graph.tensors.size(), 0);
  for (size_t id = 0; id < graph.nodes.size(); ++id) {
    for (const auto input : graph.nodes[id].inputs) last_use[input] = id;
  }
  for (const auto input : graph.inputs) last_use[input] = graph.nodes.size();  // they stay
  uint64_t alive = 0, most = 0;
  for (const auto input : graph.inputs) alive += float_bytes(graph, input);
  for (size_t id = 0; id < graph.nodes.size(); ++id) {
    const auto& node = graph.nodes[id];
    alive += float_bytes(graph, node.output);
    most = std::max(most, alive);
    std::vector<runtime::TensorId> touched = node.inputs;
    touched.push_back(node.output);
    std::sort(touched.begin(), touched.end());
    touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
    for (const auto tensor : touched) {
      if (last_use[tensor] <= id) alive -= float_bytes(graph, tensor);
    }
  }
  return std::max(most, alive);
}

uint64_t host_memory_bytes() {
  const long pages = sysconf(_SC_PHYS_PAGES), page_bytes = sysconf(_SC_PAGESIZE);
  uint64_t bytes = pages > 0 && page_bytes > 0
                       ? static_cast<uint64_t>(pages) * static_cast<uint64_t>(page_bytes)
                       : UINT64_MAX;
  uint64_t limit = 0;
  for (const char* file : {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    if (std::ifstream(file) >> limit) bytes = std::min(bytes, limit);
  }
  return bytes;
}

void check_host_memory(const runtime::Graph& graph, const std::string& file, uint64_t host_bytes) {
  const uint64_t needed = float_bytes_alive(graph);
  if (needed <= host_bytes) return;
  throw runtime::UserError(file + ": its values in float32 take " + std::to_string(needed) +
                           " bytes at once; this host has " + std::to_string(host_bytes) +
                           " (--timing-only makes none)");
}

void release_freed_pages() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

}  // namespace mmasim::sim
