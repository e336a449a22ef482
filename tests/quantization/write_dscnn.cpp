// write_dscnn FOLDER [SEED]: the DSCNN-hard suite into a folder that exists.
#include <cstdlib>
#include <iostream>

#include "tests/quantization/suite.h"

int main(int count, char** words) {
  if (count != 2 && count != 3) {
    std::cerr << "usage: write_dscnn FOLDER [SEED]\n";
    return 2;
  }
  mmasim::tests::dscnn::SuiteChoice choice;
  if (count == 3) choice.seed = std::strtoull(words[2], nullptr, 10);
  mmasim::tests::dscnn::write_suite(words[1], choice);
  return 0;
}
