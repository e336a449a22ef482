// write_dscnn FOLDER [SEED FIELD_NOISE PIXEL_NOISE MEAN]: the DSCNN-hard suite into a folder that exists.
#include <cstdlib>
#include <iostream>

#include "tests/quantization/suite.h"

int main(int count, char** words) {
  if (count != 2 && count != 6) {
    std::cerr << "write_dscnn FOLDER [SEED FIELD_NOISE PIXEL_NOISE MEAN]\n";
    return 2;
  }
  mmasim::tests::dscnn::SuiteChoice choice;
  if (count == 6)
    choice.seed = std::strtoull(words[2], nullptr, 10), choice.noise = std::atof(words[3]),
    choice.difference = std::atof(words[4]);
  mmasim::tests::dscnn::write_suite(words[1], choice);
  return 0;
}
