// Cuts one line of assembly text into its head and its NAME=VALUE pairs. Does not know what the names mean.
#pragma once

#include <string_view>

namespace mmasim::isa {

class LineScanner {
 public:
  explicit LineScanner(std::string_view line) : rest_(line) { skip_space(); }

  bool at_end() const { return rest_.empty(); }  // nothing left but a comment
  std::string_view take_word();                  // up to the next space
  struct Pair {
    std::string_view name, value;
  };
  Pair take_pair();  // throws TextError

 private:
  void skip_space();
  std::string_view take(size_t characters);

  std::string_view rest_;
};

}  // namespace mmasim::isa
