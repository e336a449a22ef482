// Random networks through everything a user's network goes through. MMASIM_FUZZ_FIRST and MMASIM_FUZZ_GRAPHS
// name other seeds for the case "as many as asked": shards with ranges that do not overlap try different
// networks. MMASIM_FUZZ_LONG bounds each of the four long cases (5000 networks unless set).
//
//   MMASIM_FUZZ_FIRST=1000000 MMASIM_FUZZ_GRAPHS=200000 test_random_graphs -tc="*as many as asked"
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>

#include "runtime/import/operators/supported_operators.h"
#include "tests/random_graphs/operators.h"
#include "tests/random_graphs/trial.h"

using namespace mmasim;
using random_graphs::Outcome;

namespace {

struct Seeds {
  uint64_t first = 0, count = 0;
};

uint64_t number_of(const char* variable, uint64_t absent) {
  const char* text = std::getenv(variable);
  return text == nullptr ? absent : std::strtoull(text, nullptr, 10);
}

// Numbers and names left out, so that refusals of a kind are counted together.
std::string kind_of(const std::string& text) {
  std::string kind;
  bool in_quotes = false;
  for (const char letter :
       text.substr(text.rfind(".onnx: ") == std::string::npos ? 0 : text.rfind(".onnx: ") + 7)) {
    if (letter == '\'') in_quotes = !in_quotes;
    if (in_quotes || std::isdigit(static_cast<unsigned char>(letter)) != 0) continue;
    kind += letter;
  }
  return kind;
}

// Shrinks and saves it; a sentence for the log.
std::string report(uint64_t seed, const Outcome& outcome) {
  const auto folder =
      (std::filesystem::temp_directory_path() / ("mmasim-random-graphs/seed-" + std::to_string(seed)))
          .string();
  const auto small = random_graphs::shrunk(random_graphs::description_of(seed), outcome.property);
  const auto command = random_graphs::save(small, folder);
  const auto shrunk_outcome = random_graphs::try_network(small);
  return "seed " + std::to_string(seed) + ", " + outcome.property + ": " + outcome.text +
         "\n  shrunk: " + shrunk_outcome.text + "\n  " + command;
}

struct Tally {
  uint64_t passed = 0, refused = 0, failed = 0;
  std::map<std::string, uint64_t> refusals;
};

// Every failure is told; of each property the first MMASIM_FUZZ_SHRINK (1 unless set) are shrunk and saved.
class Campaign {
 public:
  void take(uint64_t seed, const Outcome& outcome) {
    tally.passed += outcome.kind == Outcome::Kind::passed ? 1 : 0;
    if (outcome.kind == Outcome::Kind::refused) {
      ++tally.refused;
      ++tally.refusals[kind_of(outcome.text)];
    }
    if (outcome.kind != Outcome::Kind::failed) return;
    ++tally.failed;
    const auto told = shrunk_[outcome.property]++ < most_shrunk_
                          ? report(seed, outcome)
                          : "seed " + std::to_string(seed) + ", " + outcome.property + ": " + outcome.text;
    std::fprintf(stderr, "%s\n", told.c_str());
  }

  Tally tally;

 private:
  const uint64_t most_shrunk_ = number_of("MMASIM_FUZZ_SHRINK", 1);
  std::map<std::string, uint64_t> shrunk_;  // of each property
};

void tell(const Seeds& seeds, const Tally& tally) {
  std::printf("random graphs: seeds %llu to %llu: %llu passed, %llu refused, %llu failed\n",
              static_cast<unsigned long long>(seeds.first),
              static_cast<unsigned long long>(seeds.first + seeds.count - 1),
              static_cast<unsigned long long>(tally.passed), static_cast<unsigned long long>(tally.refused),
              static_cast<unsigned long long>(tally.failed));
  std::fflush(stdout);
}

// A process tries kTogether of them. Of a long campaign it says how far it has come.
Tally try_seeds(const Seeds& seeds) {
  constexpr uint64_t kTogether = 100, kToldAfter = 1000;
  Campaign campaign;
  for (uint64_t tried = 0; tried < seeds.count;) {
    std::vector<random_graphs::Description> descriptions;
    for (; descriptions.size() < kTogether && tried + descriptions.size() < seeds.count;)
      descriptions.push_back(
          random_graphs::description_of(seeds.first + tried + descriptions.size()).value());
    const auto outcomes = random_graphs::try_networks(descriptions);
    for (size_t i = 0; i < outcomes.size(); ++i) campaign.take(seeds.first + tried + i, outcomes[i]);
    tried += outcomes.size();
    if (tried % kToldAfter == 0 && tried < seeds.count) tell({seeds.first, tried}, campaign.tally);
  }
  return campaign.tally;
}

void check_seeds(const Seeds& seeds) {
  const auto tally = try_seeds(seeds);
  tell(seeds, tally);
  if (number_of("MMASIM_FUZZ_REFUSALS", 0) != 0) {
    for (const auto& [kind, count] : tally.refusals)
      std::printf("%8llu %s\n", static_cast<unsigned long long>(count), kind.c_str());
  }
  CHECK(tally.failed == 0);
  // What is refused is not tried: a net with holes this large would catch little.
  CHECK(tally.refused * 3 <= seeds.count);
}

constexpr uint64_t kEveryday = 300, kLongQuarter = 5000;

void check_quarter(uint64_t quarter) {
  const auto count = std::min(number_of("MMASIM_FUZZ_LONG", kLongQuarter), kLongQuarter);
  check_seeds({100000 + quarter * kLongQuarter, count});
}

}  // namespace

TEST_CASE("random graphs: every operator of the importer's table is drawn") {
  std::set<std::string> drawn, supported;
  for (const auto& one : random_graphs::drawn_operators()) drawn.insert(one.onnx_name);
  for (const auto& one : runtime::supported_operators()) supported.insert(one.onnx_name);
  CHECK(drawn == supported);
}

TEST_CASE("random graphs: three hundred") { check_seeds({0, kEveryday}); }

TEST_SUITE_BEGIN("long");

TEST_CASE("random graphs: twenty thousand: first quarter") { check_quarter(0); }
TEST_CASE("random graphs: twenty thousand: second quarter") { check_quarter(1); }
TEST_CASE("random graphs: twenty thousand: third quarter") { check_quarter(2); }
TEST_CASE("random graphs: twenty thousand: last quarter") { check_quarter(3); }

// Nothing unless asked.
TEST_CASE("random graphs: as many as asked") {
  const Seeds seeds{number_of("MMASIM_FUZZ_FIRST", 1000000), number_of("MMASIM_FUZZ_GRAPHS", 0)};
  if (seeds.count > 0) check_seeds(seeds);
}

TEST_SUITE_END();
