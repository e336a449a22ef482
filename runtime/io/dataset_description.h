// dataset.yaml: which files a dataset folder holds and how pixels become network inputs. Reads no array.
#pragma once

#include <optional>
#include <string>

#include "runtime/io/dataset.h"

namespace mmasim::runtime {

struct DatasetDescription {
  std::string name;
  std::string images = "images.npy", labels = "labels.npy";  // inside the folder
  std::optional<std::string> calibration;
  Preprocessing preprocessing;
};

// Every fault is a UserError beginning with path:line:column.
DatasetDescription read_dataset_description(const std::string& path);

}  // namespace mmasim::runtime
