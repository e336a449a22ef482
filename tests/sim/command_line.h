// Runs the built program as a user does, and keeps what it said.
#pragma once

#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "test_places.h"
#include "tests/runtime/io/temporary_folder.h"

namespace mmasim::sim::test {

struct Said {
  int exit_code = -1;
  std::string out, error;

  // Standard error is one line, as every mistake is told.
  bool is_one_line() const { return !error.empty() && error.find('\n') == error.size() - 1; }
  bool mentions(const std::string& text) const { return error.find(text) != std::string::npos; }
};

std::string text_of_file(const std::string& path);
nlohmann::json json_of_file(const std::string& path);

// arguments as a shell reads them; environment: "NAME=value"
Said command_line(const std::string& arguments, const std::string& environment = "");

inline const std::string kNetworks = MMASIM_SOURCE_DIR "/tests/networks/";
inline const std::string kLenet = kNetworks + "trained/fashion_lenet5.onnx";
inline const std::string kResnet18 = kNetworks + "resnet18.onnx";  // weights without values
inline const std::string kDataset = MMASIM_SOURCE_DIR "/tests/data/fashion_mnist";

}  // namespace mmasim::sim::test
