// Agreement and noise of outputs, by hand: maps, rows and classes.
#include "sim/experiment/accuracy.h"

#include <doctest/doctest.h>

#include <cmath>

#include "runtime/user_error.h"
#include "tests/runtime/quantize/graph_builder.h"

using namespace mmasim;
using namespace mmasim::sim;

namespace {

Answers answers_of(const std::vector<AnswerPart>& parts, std::vector<float> values, size_t images) {
  Answers answers;
  answers.parts = parts;
  for (const auto& part : parts) answers.values_per_image += part.count();
  answers.values = std::move(values);
  answers.classes.resize(images);
  return answers;
}

}  // namespace

TEST_CASE("accuracy: a map agrees by position, and every output has its own noise") {
  // one image: a map of 2 classes at 3 positions, and one value behind an ArgMax
  const std::vector<AnswerPart> parts{{"map", 0, 1, 2, 3}, {"class", 6, 1, 1, 1}};
  const auto exact = answers_of(parts, {1, 2, 3, 0, 5, 4, 7}, 1),
             seen = answers_of(parts, {1, 6, 3, 0, 5, 4, 7}, 1);
  const auto facts = accuracy_of(exact, seen, {});
  CHECK_FALSE(facts.top1.has_value());
  CHECK_FALSE(facts.float_top1.has_value());
  REQUIRE(facts.outputs.size() == 2);
  CHECK(facts.outputs[0].agreement_with_float ==
        doctest::Approx(2.0 / 3));  // the second position changes sides
  CHECK(*facts.outputs[0].sqnr_db == doctest::Approx(10 * std::log10(55.0 / 16)));
  CHECK(facts.outputs[1].agreement_with_float == 1.0);
  CHECK_FALSE(facts.outputs[1].sqnr_db.has_value());  // no noise
  CHECK(facts.agreement_with_float == 0.75);          // 3 of 4 positions
  CHECK(*facts.sqnr_db == doctest::Approx(10 * std::log10(104.0 / 16)));
}

TEST_CASE("accuracy: of equal values the first names the class, in both networks") {
  const std::vector<AnswerPart> parts{{"rows", 0, 2, 3, 1}};
  const auto exact = answers_of(parts, {4, 4, 1, 0, 2, 2}, 1);
  CHECK(agreement(exact, answers_of(parts, {4, 3, 1, 0, 1, 2}, 1), parts[0]) == 0.5);
}

TEST_CASE(
    "accuracy: classes lie along a map's channels, along the last axis, or are the values of an ArgMax") {
  runtime::test::GraphBuilder b;
  const auto x = b.input({1, 4, 2, 3}, {0, 1});
  runtime::ArgMax argmax;
  argmax.axis = 1;
  const auto y =
      b.node(runtime::test::pointwise(5, 4, std::vector<float>(20, 1.0f)), {x}, {1, 5, 2, 3}, {0, 4});
  const auto classes = b.node(argmax, {y}, {1, 1, 2, 3}, {0, 4});
  b.graph.outputs = {y, classes};
  const auto parts = answer_parts(b.graph);
  REQUIRE(parts.size() == 2);
  CHECK(parts[0].outer == 1);
  CHECK(parts[0].along == 5);
  CHECK(parts[0].inner == 6);
  CHECK(parts[1].first == 30);
  CHECK(parts[1].outer == 6);
  CHECK(parts[1].along == 1);
}
