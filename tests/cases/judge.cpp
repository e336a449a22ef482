#include "tests/cases/judge.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

#include "runtime/io/npy.h"
#include "tests/cases/sensitivity.h"

namespace mmasim::cases {
namespace {

using nlohmann::json;
using runtime::FloatTensor;

std::string one_line(std::string text) {
  for (auto& c : text) c = c == '\n' ? ' ' : c;
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

std::string shown(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", number);
  return text;
}

json read_json(const std::filesystem::path& file) {
  std::ifstream in(file);
  return json::parse(in);
}

// As the files of a folder are named: of the characters beyond letters, digits, '.' and '-' each is one '_'.
std::string plain_name(const std::string& name) {
  std::string plain;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0) == 0x80) continue;  // inside a character
    plain += byte < 0x80 && (std::isalnum(byte) != 0 || c == '.' || c == '-') ? c : '_';
  }
  return plain;
}

const json* output_of(const json& report, const std::string& name) {
  for (const auto& output : report.at("outputs")) {
    const auto seen = output.at("name").get<std::string>();
    if (flat_name(seen) == name || plain_name(seen) == name) return &output;
  }
  return nullptr;
}

std::filesystem::path float_file(const std::filesystem::path& out, const json& output) {
  auto file = output.at("file").get<std::string>();
  file.replace(file.size() - 4, 4, ".float.npy");  // ".npy"
  return out / file;
}

struct Error {
  double worst = 0, largest = 0;  // of the differences, of the expected values
  size_t at = 0;
};

// Presets with steps of powers of two clip at the next one: a value that is to be at the bound may lie
// between.
double difference(double seen, double expected, const std::vector<double>& widened_bounds) {
  for (const double bound : widened_bounds) {
    if (expected != static_cast<float>(bound) || seen < expected) continue;
    return std::max(0.0, seen - std::exp2(std::ceil(std::log2(bound))));
  }
  return std::abs(seen - expected);
}

Error compare(const FloatTensor& seen, const FloatTensor& expected,
              const std::vector<double>& widened_bounds) {
  Error error;
  for (size_t i = 0; i < seen.values.size(); ++i) {
    const double each = difference(seen.values[i], expected.values[i], widened_bounds);
    error.largest = std::max(error.largest, std::abs(double{expected.values[i]}));
    if (each <= error.worst) continue;
    error.worst = each;
    error.at = i;
  }
  return error;
}

int bits_of(const std::string& precision) { return std::stoi(precision.substr(3)); }  // "int8"

// Samples of nothing but zeros: no grid made of them can hold the outputs, and the user must be told.
bool is_blank(const std::filesystem::path& calibration) {
  if (calibration.empty()) return false;
  const auto samples = runtime::to_float(runtime::read_npy(calibration.string()));
  return std::all_of(samples.values.begin(), samples.values.end(), [](float value) { return value == 0; });
}

class OutputJudge {
 public:
  OutputJudge(const Case& each, const NetworkFacts& facts, const Grid& grid, const std::filesystem::path& out)
      : each_(each),
        facts_(facts),
        out_(out),
        report_(read_json(out / "report.json")),
        precision_(grid.precision) {
    if (grid.preset == "tidl-p2-dynamic") widened_bounds_ = facts.upper_bounds;
  }

  Verdict judge(const std::string& said) const {
    if (report_.at("verify").at("mismatches") != 0) return {false, "WRONG: --verify counted a mismatch"};
    if (is_blank(each_.calibration)) {
      return said.find("calibration") != std::string::npos
                 ? Verdict{true, "right: warned of"}
                 : Verdict{false, "WRONG: no warning of a calibration of zeros"};
    }
    Verdict verdict{true, "right"};
    for (size_t i = 0; i < each_.expected.size() && verdict.is_right; ++i) verdict = judge(each_.expected[i]);
    return verdict;
  }

 private:
  Verdict judge(const Expected& expected) const {
    const json* output = output_of(report_, expected.output);
    if (output == nullptr) return {false, "WRONG: no output '" + expected.output + "'"};
    const auto want = runtime::to_float(runtime::read_npy(expected.file.string()));
    const auto seen = runtime::to_float(runtime::read_npy(float_file(out_, *output).string()));
    if (seen.shape != want.shape && !is_batched(seen, want))
      return {false, "WRONG: output '" + expected.output + "' has another shape"};
    const auto error = compare(seen, want, widened_bounds_);
    const double step = output->at("scale").get<double>();
    const double most = tolerance(output_grid(expected.output, step, error.largest));
    const std::string measure = "error " + shown(error.worst / step) + " steps, " +
                                shown(error.largest > 0 ? 100 * error.worst / error.largest : 0) +
                                " % of the largest";
    if (error.worst <= most) return {true, "right: " + measure};
    return {false, "WRONG: output '" + expected.output + "' element " + std::to_string(error.at) + " is " +
                       shown(seen.values[error.at]) + ", expected " + shown(want.values[error.at]) + ": " +
                       measure + "; " + shown(most / step) + " steps allowed"};
  }

  // A literal 1 that begins a Reshape's shape follows the batch, as docs/operators.md has it.
  bool is_batched(const FloatTensor& seen, const FloatTensor& want) const {
    const auto batch = runtime::read_npy(each_.inputs.at(0).string()).shape.at(0);
    return batch > 1 && want.shape.at(0) == 1 && seen.shape.at(0) == batch &&
           seen.values.size() == want.values.size();
  }

  OutputGrid output_grid(const std::string& output, double step, double largest) const {
    const int bits = bits_of(precision_);
    double reach = each_.calibration.empty() ? 0 : std::ldexp(step, bits - 1);
    if (facts_.has_unit_grids && step == std::ldexp(1.0, -bits)) reach = 1;
    const auto shifts = output_shifts(each_, bits);
    const auto shift = shifts.find(output);
    return {precision_, step, std::max(largest, reach), report_.at("network").at("operators").get<double>(),
            shift == shifts.end() ? 0 : shift->second};
  }

  const Case& each_;
  const NetworkFacts& facts_;
  const std::filesystem::path& out_;
  const json report_;
  const std::string precision_;
  std::vector<double> widened_bounds_;
};

Verdict judge_end(const Case& each, const Attempt& attempt) {
  if (attempt.signal == SIGALRM) return {false, "HANGS"};
  if (attempt.signal != 0) return {false, "CRASH: signal " + std::to_string(attempt.signal)};
  if (attempt.is_refusal()) {
    const bool may = each.allowed == Allowed::right_or_refused;
    return {may, (may ? "refused: " : "REFUSED: ") + one_line(attempt.error)};
  }
  return {false, "EXIT " + std::to_string(attempt.exit_code) + ": " + one_line(attempt.error)};
}

}  // namespace

double tolerance(const OutputGrid& output) {
  const double rounding = (2 + 2 * output.operators) * output.step + 2 * output.shift;
  const double chain = std::max(1.0, std::sqrt(output.operators / 8));
  const double half_floats = output.extent / 2048;
  if (output.precision == "int8") return std::min(rounding, 0.10 * chain * output.extent);
  if (output.precision == "int16") return std::min(rounding + half_floats, 0.01 * output.extent);
  return half_floats;
}

Verdict judge(const Case& each, const NetworkFacts& facts, const Grid& grid, const Attempt& attempt,
              const std::filesystem::path& out) {
  if (attempt.exit_code != 0) return judge_end(each, attempt);
  try {
    return OutputJudge(each, facts, grid, out).judge(attempt.error);
  } catch (const std::exception& error) {  // a file that is not there, or not what it should be
    return {false, "WRONG: " + one_line(error.what())};
  }
}

}  // namespace mmasim::cases
