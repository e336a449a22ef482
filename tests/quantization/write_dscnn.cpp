// write_dscnn FOLDER [SEED FIELD_NOISE PIXEL_NOISE MEAN PENALTY]: the DSCNN-hard suite into a folder that
// exists.
#include <cstdlib>
#include <iostream>

#include "tests/quantization/suite.h"

int main(int count, char** words) {
  if (count != 2 && count != 7) {
    std::cerr << "write_dscnn FOLDER [SEED FIELD_NOISE PIXEL_NOISE MEAN PENALTY]\n";
    return 2;
  }
  mmasim::tests::dscnn::SuiteChoice choice;
  if (count == 7) {
    choice.seed = std::strtoull(words[2], nullptr, 10);
    choice.field_noise = std::atof(words[3]);
    choice.pixel_noise = std::atof(words[4]);
    choice.mean_activation = std::atof(words[5]);
    choice.penalty = std::atof(words[6]);
  }
  mmasim::tests::dscnn::write_suite(words[1], choice);
  return 0;
}
