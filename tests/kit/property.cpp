#include "tests/kit/property.h"

#include <rapidcheck.h>

#include <vector>

namespace mmasim::tests {

void fail_property(const char* condition, const char* file, int line) {
  RC_FAIL(std::string(file) + ":" + std::to_string(line) + ": " + condition);
  std::abort();  // RC_FAIL throws
}

bool holds_always(const std::string& name, const std::function<bool()>& property) {
  return rc::check(name, property);
}

bool holds_for_seeds(const std::string& name, const std::function<bool(uint64_t)>& property) {
  return rc::check(name, property);
}

int64_t draw_signed(int64_t first, int64_t beyond) { return *rc::gen::inRange(first, beyond); }
uint64_t draw_unsigned(uint64_t first, uint64_t beyond) { return *rc::gen::inRange(first, beyond); }

template <class Value>
Value draw_any() {
  return *rc::gen::arbitrary<Value>();
}
template uint8_t draw_any();
template int16_t draw_any();
template int32_t draw_any();
template int64_t draw_any();
template uint64_t draw_any();
template double draw_any();
template std::string draw_any();
template std::vector<uint8_t> draw_any();
template std::vector<int64_t> draw_any();
template std::vector<std::string> draw_any();

}  // namespace mmasim::tests
