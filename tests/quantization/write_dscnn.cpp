// write_dscnn FOLDER: the DSCNN-hard suite into a folder that exists.
#include <iostream>

#include "tests/quantization/suite.h"

int main(int count, char** words) {
  if (count != 2) {
    std::cerr << "usage: write_dscnn FOLDER\n";
    return 2;
  }
  mmasim::tests::dscnn::write_suite(words[1]);
  return 0;
}
