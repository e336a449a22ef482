#include "isa/kit/large_pages.h"

#include <cstdint>
#include <cstdlib>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace mmasim::isa {
namespace {

constexpr size_t kLargePage = size_t{2} << 20;

}  // namespace

#if defined(__linux__)

// Reserves a page more than asked, to begin on a large one, and gives back what lies around.
void* allocate_large_pages(size_t bytes) {
  if (bytes < kLargePage) {
    if (void* const at = std::calloc(1, bytes == 0 ? 1 : bytes)) return at;
    throw std::bad_alloc();
  }
  if (bytes > SIZE_MAX / 2) throw std::bad_alloc();
  const size_t reserved = bytes + kLargePage;
  void* const at = mmap(nullptr, reserved, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) throw std::bad_alloc();
  const auto begin = reinterpret_cast<uintptr_t>(at);
  const uintptr_t aligned = (begin + kLargePage - 1) / kLargePage * kLargePage;
  if (aligned != begin) munmap(at, aligned - begin);
  const uintptr_t end = (aligned + bytes + 4095) / 4096 * 4096;
  if (end < begin + reserved) munmap(reinterpret_cast<void*>(end), begin + reserved - end);
  madvise(reinterpret_cast<void*>(aligned), bytes, MADV_HUGEPAGE);  // advice alone: it may fail
  return reinterpret_cast<void*>(aligned);
}

void free_large_pages(void* at, size_t bytes) {
  if (bytes < kLargePage)
    std::free(at);
  else
    munmap(at, (bytes + 4095) / 4096 * 4096);
}

#else

void* allocate_large_pages(size_t bytes) {
  if (void* const at = std::calloc(1, bytes == 0 ? 1 : bytes)) return at;
  throw std::bad_alloc();
}

void free_large_pages(void* at, size_t) { std::free(at); }

#endif

}  // namespace mmasim::isa
