// Zeroed memory from the host, in large pages where it has them: touching small pages for the first time
// costs more than what a short run does with them. For few and large blocks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace mmasim::isa {

void* allocate_large_pages(size_t bytes);  // throws std::bad_alloc
void free_large_pages(void* at, size_t bytes);

class ZeroedBlock {
 public:
  ZeroedBlock() = default;
  explicit ZeroedBlock(size_t bytes) : at_(allocate_large_pages(bytes), Free{bytes}) {}
  uint8_t* data() const { return static_cast<uint8_t*>(at_.get()); }
  size_t size() const { return at_ ? at_.get_deleter().bytes : 0; }

 private:
  struct Free {
    size_t bytes;
    void operator()(void* at) const { free_large_pages(at, bytes); }
  };
  std::unique_ptr<void, Free> at_;
};

}  // namespace mmasim::isa
