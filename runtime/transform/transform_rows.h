// One row of the table of transforms per file of this folder that is named like it.
#pragma once

#include "runtime/transform/transform.h"

namespace mmasim::runtime::transforming {

TransformInfo fold_batch_norms_row();    // fold.cpp
TransformInfo replace_relu6();           // relu6.cpp
TransformInfo equalize();                // equalize.cpp
TransformInfo clip_weights();            // clip_weights.cpp
TransformInfo split_outlier_channels();  // split_outlier_channels.cpp
TransformInfo split_subtensors();        // split_subtensors.cpp

}  // namespace mmasim::runtime::transforming
