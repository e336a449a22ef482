// Which bytes of each memory a program may touch.
#pragma once

#include "isa/encoding/words.h"
#include "isa/program.h"
#include "isa/verify/extent.h"
#include "isa/verify/violation.h"

namespace mmasim::isa {

// L2 and L3 as large as the machine's; DDR up to the program's high-water mark, which is what executors
// provide.
class MemoryBounds {
 public:
  explicit MemoryBounds(const Program& program)
      : bytes_{0, program.machine.l2_bytes, program.machine.l3_bytes, program.ddr_bytes_used},
        constants_bytes_(program.constants_bytes) {}

  void expect_inside(const char* operand, Address base, const Extent& extent) const {
    if (base.space() == Space::none) violate("{} is none; expected an address", operand);
    const auto offset = static_cast<Int128>(base.offset());
    const uint64_t bytes = bytes_[static_cast<size_t>(base.space())];
    if (offset + extent.first < 0 || offset + extent.end > static_cast<Int128>(bytes))
      fail(operand, base, extent);
  }
  // Whoever runs the program again relies on its constants.
  void expect_writable(const char* operand, Address base, const Extent& extent) const {
    expect_inside(operand, base, extent);
    if (base.space() == Space::ddr &&
        static_cast<Int128>(base.offset()) + extent.first < static_cast<Int128>(constants_bytes_))
      fail_constants(operand, base, extent);
  }
  void expect_in_l2(const char* operand, Address base, const Extent& extent) const {
    if (base.space() != Space::l2) violate("{} lies in {}; expected l2", operand, word(base.space()));
    expect_inside(operand, base, extent);
  }

 private:
  [[noreturn, gnu::cold]] void fail(const char* operand, Address base, const Extent& extent) const {
    const auto offset = static_cast<Int128>(base.offset());
    violate("{} touches bytes {}..{} of {}; expected 0..{}{}", operand, offset + extent.first,
            offset + extent.end - 1, word(base.space()),
            static_cast<Int128>(bytes_[static_cast<size_t>(base.space())]) - 1,
            base.space() == Space::ddr ? ", the program's ddr_bytes_used" : "");
  }

  [[noreturn, gnu::cold]] void fail_constants(const char* operand, Address base, const Extent& extent) const {
    const auto offset = static_cast<Int128>(base.offset());
    violate("{} touches bytes {}..{} of ddr; 0..{} are the program's constants, which nothing may write",
            operand, offset + extent.first, offset + extent.end - 1, constants_bytes_ - 1);
  }

  uint64_t bytes_[4];  // indexed by Space
  uint64_t constants_bytes_;
};

}  // namespace mmasim::isa
