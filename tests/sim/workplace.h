// A folder with the files that examples of the help, the README and the tests of options name: a network,
// samples, an image, programs, a configuration, a sweep, requests, a stream and a trace. Goes away with its
// test.
#pragma once

#include <string>

#include "tests/sim/command_line.h"

namespace mmasim::sim::test {

class Workplace {
 public:
  explicit Workplace(const std::string& name);

  std::string file(const std::string& name) const { return folder_.file(name); }
  Said say(const std::string& arguments) const;  // mmasim with these arguments, in the folder
  Said shell(const std::string& line) const;     // a line of bash, in the folder, with mmasim in the PATH

 private:
  void must(const std::string& arguments) const;

  const runtime::test::TemporaryFolder folder_;
};

}  // namespace mmasim::sim::test
