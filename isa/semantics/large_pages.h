// Zeroed memory from the host, in large pages where it has them: touching small pages for the first time
// costs more than what a short run does with them. For few and large blocks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace mmasim::isa {

void* allocate_large_pages(size_t bytes);  // throws std::bad_alloc
void free_large_pages(void* at, size_t bytes);

// For std::vector.
template <class T>
struct LargePages {
  using value_type = T;
  LargePages() = default;
  template <class U>
  LargePages(const LargePages<U>&) {}
  T* allocate(size_t n) { return static_cast<T*>(allocate_large_pages(n * sizeof(T))); }
  void deallocate(T* at, size_t n) { free_large_pages(at, n * sizeof(T)); }
  friend bool operator==(const LargePages&, const LargePages&) { return true; }
  friend bool operator!=(const LargePages&, const LargePages&) { return false; }
};

class ZeroedBlock {
 public:
  explicit ZeroedBlock(size_t bytes) : bytes_(bytes), at_(allocate_large_pages(bytes), Free{bytes}) {}
  uint8_t* data() const { return static_cast<uint8_t*>(at_.get()); }
  size_t size() const { return bytes_; }

 private:
  struct Free {
    size_t bytes;
    void operator()(void* at) const { free_large_pages(at, bytes); }
  };
  size_t bytes_;
  std::unique_ptr<void, Free> at_;
};

}  // namespace mmasim::isa
