#include "sim/experiment/accuracy.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "isa/executor/untimed.h"
#include "isa/kit/parallel.h"
#include "runtime/float_network/run_float.h"
#include "runtime/graph/shape_text.h"
#include "runtime/quantize/host_values.h"
#include "runtime/quantize/recipe.h"
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

constexpr int64_t kMostAnswerBytes = int64_t{1} << 31;

Answers no_answers(const std::vector<AnswerPart>& parts, int64_t images) {
  Answers answers;
  answers.parts = parts;
  for (const auto& part : parts) answers.values_per_image += part.count();
  const int64_t bytes = answers.values_per_image * static_cast<int64_t>(sizeof(float));
  if (bytes > 0 && images > kMostAnswerBytes / bytes)
    throw runtime::UserError("the outputs for " + std::to_string(images) + " images are " +
                             std::to_string(bytes) + " bytes each; expected at most " +
                             std::to_string(kMostAnswerBytes / bytes) + " images (--limit)");
  answers.values.resize(static_cast<size_t>(images * answers.values_per_image));
  answers.classes.resize(static_cast<size_t>(images));
  return answers;
}

// Whether the tensor's values are classes: an ArgMax makes them, and what follows only moves them.
bool holds_classes(const runtime::Graph& graph, runtime::TensorId id) {
  for (size_t i = graph.nodes.size(); i > 0; --i) {
    const auto& node = graph.nodes[i - 1];
    if (node.output != id) continue;
    if (std::holds_alternative<runtime::ArgMax>(node.op)) return true;
    if (!runtime::keeps_grid(node.op)) return false;
    id = node.inputs.at(0);
  }
  return false;
}

// Of values `stride` apart. A network that ends in ArgMax gives the class itself.
int64_t class_of(const float* values, int64_t count, int64_t stride = 1) {
  if (count == 1) return std::llround(values[0]);
  int64_t best = 0;
  for (int64_t i = 1; i < count; ++i)
    if (values[i * stride] > values[best * stride]) best = i;
  return best;
}
int64_t class_of(const runtime::IntegerTensor& integers) {
  const auto& values = integers.values;
  return values.size() == 1 ? values[0] : std::max_element(values.begin(), values.end()) - values.begin();
}

void keep_values(Answers& answers, int64_t image, const AnswerPart& part,
                 const runtime::FloatTensor& values) {
  if (static_cast<int64_t>(values.values.size()) != part.count()) {
    throw std::logic_error("output " + part.name + " has " + std::to_string(values.values.size()) +
                           " values, expected " + std::to_string(part.count()));
  }
  std::copy(values.values.begin(), values.values.end(),
            answers.values.begin() + image * answers.values_per_image + part.first);
}

}  // namespace

std::vector<AnswerPart> answer_parts(const runtime::Graph& graph) {
  std::vector<AnswerPart> parts;
  int64_t first = 0;
  for (const auto id : graph.outputs) {
    const auto& shape = graph.tensors[id].shape;
    AnswerPart part{graph.tensors[id].name, first, 1, 1, 1};
    if (holds_classes(graph, id) || shape.empty()) {
      part.outer = runtime::element_count(shape);
    } else {
      const size_t axis = shape.size() == 4 ? 1 : shape.size() - 1;
      for (size_t d = 0; d < shape.size(); ++d)
        (d < axis ? part.outer : d == axis ? part.along : part.inner) *= shape[d];
    }
    first += part.count();
    parts.push_back(std::move(part));
  }
  return parts;
}

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

void check_answers_images(const runtime::Graph& graph) {
  const auto& input = graph.tensors[graph.inputs[0]];
  if (!input.shape.empty() && input.shape[0] == 1) return;
  throw runtime::UserError("the network takes " + runtime::shape_text(input.shape) +
                           "; evaluate gives it one image at a time");
}

Answers answer_in_float(const runtime::Graph& graph, const runtime::ImageSet& images, unsigned threads,
                        Progress& progress) {
  auto answers = no_answers(answer_parts(graph), images.size());
  ProgressCount done(progress, "float: image", static_cast<uint64_t>(images.size()));
  for_each_slice(images.size(), threads, [&](int64_t first, int64_t end) {
    for (int64_t image = first; image < end; ++image) {
      done.one_more();
      const auto tensors = runtime::run_float(graph, {images.sample(image)}, 1, runtime::Keep::outputs);
      for (size_t i = 0; i < graph.outputs.size(); ++i)
        keep_values(answers, image, answers.parts[i], tensors.at(graph.outputs[i]));
      const auto& values = tensors.at(graph.outputs[0]).values;
      answers.classes[static_cast<size_t>(image)] =
          class_of(values.data(), static_cast<int64_t>(values.size()));
    }
  });
  return answers;
}

Answers answer_by_program(const isa::Program& program, const std::vector<AnswerPart>& parts,
                          const runtime::TensorPlan& input_plan, const runtime::ImageSet& images,
                          unsigned threads, Progress& progress) {
  auto answers = no_answers(parts, images.size());
  ProgressCount done(progress, program.precision + ": image", static_cast<uint64_t>(images.size()));
  for_each_slice(images.size(), threads, [&](int64_t first, int64_t end) {
    isa::UntimedMachine machine(program);
    auto memory = memory_for(program);
    const auto view = memory.view();
    for (int64_t image = first; image < end; ++image) {
      done.one_more();
      write_inputs(view, program, {runtime::quantize_input(input_plan, images.sample(image))});
      machine.run(view);
      for (size_t i = 0; i < parts.size(); ++i) {
        const auto& output = program.outputs.at(i);
        const auto plan = tensor_plan(output);
        const auto integers = read_tensor(view, output);
        const auto values = runtime::dequantize_output(plan, output.shape, integers);
        keep_values(answers, image, parts[i], values);
        if (i > 0) continue;
        answers.classes[static_cast<size_t>(image)] =
            plan.is_real ? class_of(values.values.data(), parts[i].count())
                         : class_of(unpack(integers, output.element, output.shape));
      }
    }
  });
  return answers;
}

double fraction_equal(const std::vector<int64_t>& a, const std::vector<int64_t>& b) {
  size_t equal = 0;
  for (size_t i = 0; i < a.size(); ++i) equal += a[i] == b[i] ? 1 : 0;
  return a.empty() ? 0.0 : static_cast<double>(equal) / static_cast<double>(a.size());
}

namespace {

std::optional<double> sqnr_db(const Answers& exact, const Answers& quantized, int64_t first, int64_t count) {
  double signal = 0, noise = 0;
  const auto images = static_cast<int64_t>(exact.classes.size());
  for (int64_t image = 0; image < images; ++image) {
    const auto begin = static_cast<size_t>(image * exact.values_per_image + first);
    for (size_t i = begin; i < begin + static_cast<size_t>(count); ++i) {
      const double value = exact.values[i];
      const double error = value - quantized.values[i];
      signal += value * value;
      noise += error * error;
    }
  }
  if (noise == 0 || signal == 0) return std::nullopt;
  return 10 * std::log10(signal / noise);
}

}  // namespace

std::optional<double> sqnr_db(const Answers& exact, const Answers& quantized) {
  return sqnr_db(exact, quantized, 0, exact.values_per_image);
}

std::optional<double> sqnr_db(const Answers& exact, const Answers& quantized, const AnswerPart& part) {
  return sqnr_db(exact, quantized, part.first, part.count());
}

double agreement(const Answers& exact, const Answers& quantized, const AnswerPart& part) {
  int64_t equal = 0, positions = 0;
  const auto images = static_cast<int64_t>(exact.classes.size());
  for (int64_t image = 0; image < images; ++image) {
    const int64_t begin = image * exact.values_per_image + part.first;
    for (int64_t o = 0; o < part.outer; ++o) {
      for (int64_t i = 0; i < part.inner; ++i, ++positions) {
        const int64_t at = begin + o * part.along * part.inner + i;
        equal += class_of(&exact.values[static_cast<size_t>(at)], part.along, part.inner) ==
                 class_of(&quantized.values[static_cast<size_t>(at)], part.along, part.inner);
      }
    }
  }
  return positions == 0 ? 0.0 : static_cast<double>(equal) / static_cast<double>(positions);
}

AccuracyFacts accuracy_of(const Answers& exact, const Answers& answers, const std::vector<int64_t>& labels) {
  AccuracyFacts facts;
  facts.samples = exact.classes.size();
  facts.sqnr_db = sqnr_db(exact, answers);
  double equal = 0, positions = 0;
  for (const auto& part : exact.parts) {
    facts.outputs.push_back({part.name, agreement(exact, answers, part), sqnr_db(exact, answers, part)});
    const auto of_part = static_cast<double>(part.outer * part.inner);
    equal += facts.outputs.back().agreement_with_float * of_part, positions += of_part;
  }
  facts.agreement_with_float = positions > 0 ? equal / positions : 0;
  if (labels.empty()) return facts;
  facts.float_top1 = fraction_equal(exact.classes, labels);
  facts.top1 = fraction_equal(answers.classes, labels);
  facts.agreement_with_float = fraction_equal(answers.classes, exact.classes);
  return facts;
}

}  // namespace mmasim::sim
