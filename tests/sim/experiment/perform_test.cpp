// Requests performed: here, in children, and from what was prepared for several.
#include "sim/experiment/perform.h"

#include <doctest/doctest.h>

#include <cmath>

#include "runtime/user_error.h"
#include "sim/experiment/runners.h"
#include "tests/sim/command_line.h"

using namespace mmasim;
using namespace mmasim::sim;
using sim::test::kDataset;
using sim::test::kLenet;

namespace {

Request of_lenet(Mode mode) {
  Request request;
  request.network = kLenet;
  request.mode = mode;
  return request;
}

// A report without what differs between equal runs.
std::string text_of(RunReport report) {
  report.host = {};
  return json_line(to_json(report_keys(), report));
}

struct Seen : RunObserver {
  void begins(const std::string& precision) override { calls += "begins " + precision + "; "; }
  void ends(const Made& made, RunReport& report) override {
    calls += "ends with " + std::to_string(made.outputs.size()) + " outputs, " +
             std::to_string(report.layers.size() == made.program.layers.size()) +
             std::to_string(made.plan != nullptr && made.graph != nullptr);
  }
  std::string calls;
};

}  // namespace

TEST_CASE("perform: an observer sees what was made while it is there") {
  Progress silent(Loudness::silent);
  Seen seen;
  const auto outcome = perform(of_lenet(Mode::functional_only), silent, seen);
  CHECK(seen.calls == "begins int8; ends with 1 outputs, 11");
  CHECK_FALSE(outcome.report.totals.cycles.has_value());
  CHECK(outcome.report.accumulator.has_value());
}

TEST_CASE("perform: an outcome comes back from JSON as it was") {
  Progress silent(Loudness::silent);
  auto request = of_lenet(Mode::timed_values);
  request.verify = Verify::outputs;
  const auto outcome = perform(request, silent);
  REQUIRE(outcome.report.verify.has_value());
  CHECK(outcome.report.verify->mismatches == 0);
  const auto json = to_json(outcome_keys(), outcome);
  CHECK(json_line(to_json(outcome_keys(), from_json(outcome_keys(), json, ""))) == json_line(json));
}

TEST_CASE("perform: children with shared groundwork give what a process of its own gives") {
  Progress silent(Loudness::silent);
  auto wide = of_lenet(Mode::timing_only);
  wide.quant.precision = "int16";
  wide.config.set = {"ddr.size_bytes=1 GiB"};
  const std::vector<Request> both{of_lenet(Mode::timing_only), wide, of_lenet(Mode::functional_only)};
  std::vector<size_t> ended;
  const auto outcomes = perform_in_children(both, 2, silent, [&](size_t index, const Outcome& outcome) {
    ended.push_back(index);
    CHECK(outcome.report.network.name == "fashion_lenet5");
  });
  REQUIRE(outcomes.size() == 3);
  CHECK(ended.size() == 3);
  CHECK(outcomes[1].report.precision == "int16");
  CHECK(outcomes[1].report.config.machine.ddr_bytes == 1u << 30);
  CHECK(text_of(outcomes[1].report) == text_of(perform(wide, silent).report));
  CHECK(text_of(outcomes[2].report) == text_of(perform(both[2], silent).report));
}

TEST_CASE("perform: a dataset is classified, timed once, and compared with float") {
  Progress silent(Loudness::silent);
  auto request = of_lenet(Mode::timed_values);
  request.data.dataset = kDataset;
  request.data.limit = 20;
  const auto outcome = perform(request, silent);
  REQUIRE(outcome.accuracy.has_value());
  CHECK(outcome.accuracy->samples == 20);
  CHECK(outcome.report.totals.cycles.has_value());
  CHECK(outcome.report.input.calibration.source == kDataset);
  // shares of 20 images
  REQUIRE(outcome.accuracy->top1.has_value());
  CHECK(*outcome.accuracy->top1 * 20 == std::round(*outcome.accuracy->top1 * 20));
}

TEST_CASE("perform: a user's mistake in a child stays one") {
  Progress silent(Loudness::silent);
  auto missing = of_lenet(Mode::timing_only);
  missing.network = "nowhere.onnx";
  CHECK_THROWS_WITH_AS(perform_in_children({missing}, 1, silent), "nowhere.onnx: no such file",
                       runtime::UserError);
  CHECK_THROWS_AS(perform_in_children({Request{}}, 1, silent), runtime::UserError);
}
