// Spreads independent pieces of work over threads. Which thread does a piece must not matter to its result.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace mmasim {

// Calls work(piece) once for every piece in [0, pieces). With one thread or one piece: in order, in the
// caller. An exception of a piece is thrown again here once all threads have ended.
template <class Work>
void parallel_for(unsigned threads, int64_t pieces, const Work& work) {
  const int64_t workers = std::min<int64_t>(threads, pieces);
  if (workers <= 1) {
    for (int64_t piece = 0; piece < pieces; ++piece) work(piece);
    return;
  }
  std::atomic<int64_t> next{0};
  std::exception_ptr failure;
  std::mutex failure_mutex;
  const auto run = [&] {
    try {
      for (int64_t piece = next++; piece < pieces; piece = next++) work(piece);
    } catch (...) {
      const std::lock_guard<std::mutex> lock(failure_mutex);
      if (!failure) failure = std::current_exception();
    }
  };
  std::vector<std::thread> others;
  for (int64_t i = 1; i < workers; ++i) others.emplace_back(run);
  run();
  for (std::thread& thread : others) thread.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace mmasim
