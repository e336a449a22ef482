#include "sim/experiment/accuracy.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "isa/executor/untimed.h"
#include "isa/kit/parallel.h"
#include "runtime/float_network/run_float.h"
#include "runtime/graph/shape_text.h"
#include "runtime/quantize/host_values.h"
#include "runtime/user_error.h"
#include "sim/experiment/execution.h"
#include "sim/inputs/placed_tensor.h"

namespace mmasim::sim {
namespace {

// Calls work(first, end) for as many slices of the images as there are threads.
template <class Work>
void for_each_slice(int64_t images, unsigned threads, const Work& work) {
  const int64_t slices = std::min<int64_t>(threads, images);
  parallel_for(threads, slices,
               [&](int64_t slice) { work(images * slice / slices, images * (slice + 1) / slices); });
}

Answers no_answers(int64_t images, int64_t values_per_image) {
  Answers answers;
  answers.values_per_image = values_per_image;
  answers.values.resize(static_cast<size_t>(images * values_per_image));
  answers.classes.resize(static_cast<size_t>(images));
  return answers;
}

// A network that ends in ArgMax gives the class itself.
int64_t class_of(const float* values, int64_t count) {
  return count == 1 ? std::llround(values[0]) : std::max_element(values, values + count) - values;
}
int64_t class_of(const runtime::IntegerTensor& integers) {
  const auto& values = integers.values;
  return values.size() == 1 ? values[0] : std::max_element(values.begin(), values.end()) - values.begin();
}

void keep_values(Answers& answers, int64_t image, const runtime::FloatTensor& values) {
  if (static_cast<int64_t>(values.values.size()) != answers.values_per_image) {
    throw std::logic_error("an image has " + std::to_string(values.values.size()) + " answers, expected " +
                           std::to_string(answers.values_per_image));
  }
  std::copy(values.values.begin(), values.values.end(),
            answers.values.begin() + image * answers.values_per_image);
}

}  // namespace

void check_classifies(const runtime::Graph& graph) {
  if (graph.outputs.size() != 1) {
    throw runtime::UserError("the network has " + std::to_string(graph.outputs.size()) +
                             " outputs; evaluate needs a classifier with one");
  }
  const auto& output = graph.tensors[graph.outputs[0]];
  const auto& input = graph.tensors[graph.inputs[0]];
  if (!input.shape.empty() && input.shape[0] == 1 && !output.shape.empty() && output.shape[0] == 1) return;
  throw runtime::UserError("the network gives " + runtime::shape_text(output.shape) + " for " +
                           runtime::shape_text(input.shape) +
                           "; evaluate needs one row of classes for one image");
}

Answers answer_in_float(const runtime::Graph& graph, const runtime::ImageSet& images, unsigned threads,
                        Progress& progress) {
  const auto output = graph.outputs[0];
  auto answers = no_answers(images.size(), runtime::element_count(graph.tensors[output].shape));
  ProgressCount done(progress, "float: image", static_cast<uint64_t>(images.size()));
  for_each_slice(images.size(), threads, [&](int64_t first, int64_t end) {
    for (int64_t image = first; image < end; ++image) {
      done.one_more();
      const auto tensors = runtime::run_float(graph, {images.sample(image)}, 1);
      const auto& values = tensors.at(output);
      keep_values(answers, image, values);
      answers.classes[static_cast<size_t>(image)] = class_of(values.values.data(), answers.values_per_image);
    }
  });
  return answers;
}

Answers answer_by_program(const isa::Program& program, const runtime::TensorPlan& input_plan,
                          const runtime::ImageSet& images, unsigned threads, Progress& progress) {
  const auto& output = program.outputs.at(0);
  const auto output_plan = tensor_plan(output);
  auto answers = no_answers(images.size(), runtime::element_count(output.shape));
  ProgressCount done(progress, program.precision + ": image", static_cast<uint64_t>(images.size()));
  for_each_slice(images.size(), threads, [&](int64_t first, int64_t end) {
    isa::UntimedMachine machine(program);
    auto memory = memory_for(program);
    const auto view = memory.view();
    for (int64_t image = first; image < end; ++image) {
      done.one_more();
      write_inputs(view, program, {runtime::quantize_input(input_plan, images.sample(image))});
      machine.run(view);
      const auto integers = read_tensor(view, output);
      const auto values = runtime::dequantize_output(output_plan, output.shape, integers);
      keep_values(answers, image, values);
      answers.classes[static_cast<size_t>(image)] =
          output_plan.is_real ? class_of(values.values.data(), answers.values_per_image)
                              : class_of(unpack(integers, output.element, output.shape));
    }
  });
  return answers;
}

double fraction_equal(const std::vector<int64_t>& a, const std::vector<int64_t>& b) {
  size_t equal = 0;
  for (size_t i = 0; i < a.size(); ++i) equal += a[i] == b[i] ? 1 : 0;
  return a.empty() ? 0.0 : static_cast<double>(equal) / static_cast<double>(a.size());
}

std::optional<double> sqnr_db(const Answers& exact, const Answers& quantized) {
  double signal = 0, noise = 0;
  for (size_t i = 0; i < exact.values.size(); ++i) {
    const double value = exact.values[i];
    const double error = value - quantized.values[i];
    signal += value * value;
    noise += error * error;
  }
  if (noise == 0 || signal == 0) return std::nullopt;
  return 10 * std::log10(signal / noise);
}

}  // namespace mmasim::sim
