#include "tests/random_graphs/trial.h"

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "runtime/io/npy.h"
#include "runtime/user_error.h"
#include "sim/host/child_process.h"
#include "tests/random_graphs/checks.h"
#include "tests/random_graphs/random_network.h"
#include "tests/runtime/io/temporary_folder.h"

namespace mmasim::random_graphs {
namespace {

using nlohmann::ordered_json;

constexpr int kMostNodes = 12;
constexpr unsigned kMostSeconds = 60;  // of one network, on a slow host with sanitizers
constexpr int kMostShrinks = 500;
constexpr auto kMostShrinkTime = std::chrono::seconds(60);

std::vector<std::string> write_files(const RandomNetwork& network, const std::string& folder) {
  std::ofstream(folder + "/network.onnx", std::ios::binary) << network.onnx;
  std::vector<std::string> files;
  for (size_t i = 0; i < network.inputs.size(); ++i) {
    const auto& input = network.inputs[i];
    std::vector<uint8_t> bytes(input.values.size() * sizeof(float));
    std::memcpy(bytes.data(), input.values.data(), bytes.size());
    files.push_back(folder + "/" + network.input_tensors[i].name + ".npy");
    runtime::write_npy(files.back(), "<f4", input.shape, bytes);
  }
  return files;
}

// The network as a reader wants it: no values of constants.
std::string listing(const RandomNetwork& network) {
  onnx::ModelProto model;
  model.ParseFromString(network.onnx);
  std::string text = "opset " + std::to_string(model.opset_import(0).version()) + "\n";
  const auto shape_text = [](const Shape& shape) {
    std::string list;
    for (const int64_t size : shape) list += " " + std::to_string(size);
    return list + "\n";
  };
  for (const auto& input : network.input_tensors) text += "input " + input.name + shape_text(input.shape);
  for (const auto& constant : model.graph().initializer())
    text += "constant " + constant.name() + shape_text({constant.dims().begin(), constant.dims().end()});
  for (auto node : model.graph().node()) {
    for (auto& attribute : *node.mutable_attribute()) attribute.clear_type();
    text += "node " + node.ShortDebugString() + "\n";
  }
  for (const auto& output : network.outputs) text += "output " + output.name + shape_text(output.shape);
  return text;
}

ordered_json failure(const std::string& property, const std::string& text) {
  return {{"property", property}, {"text", text}};
}

ordered_json check_all(const RandomNetwork& network, const std::string& folder,
                       const std::vector<std::string>& files) {
  auto prepared = prepare(network, folder + "/network.onnx", files);
  auto fault = check_shapes(prepared, network);
  if (!fault.empty()) return failure("shapes", fault);
  fault = check_import(prepared, network);
  if (!fault.empty()) return failure("import", fault);
  const auto executions = check_executions(prepared);
  if (!executions.fault.empty()) return failure("executions", executions.fault);
  fault = check_float(prepared);
  if (!fault.empty()) return failure("float", fault);
  fault = check_cycles(prepared, *executions.timed.activity);
  if (!fault.empty()) return failure("cycles", fault);
  fault = check_simulate(prepared, folder + "/program.mma", executions.timed.outputs);
  if (!fault.empty()) return failure("simulate", fault);
  return ordered_json::object();
}

// A refusal is one line.
ordered_json check_refusal(const std::string& text) {
  if (text.empty() || text.find('\n') != std::string::npos)
    return failure("refusal", "not one line: " + text);
  return {{"refused", text}};
}

// In a process of its own, or behind others in one.
ordered_json check_network(const RandomNetwork& network, const std::string& folder) {
  alarm(kMostSeconds);
  const auto files = write_files(network, folder);
  try {
    return check_all(network, folder, files);
  } catch (const runtime::UserError& error) {
    return check_refusal(error.what());
  } catch (const std::logic_error& error) {
    return failure("defect", error.what());
  } catch (const std::exception& error) {
    return failure("exception", error.what());
  }
}

Outcome outcome_of(const ordered_json& json) {
  if (json.contains("refused")) return {Outcome::Kind::refused, "", json["refused"]};
  if (json.contains("property")) return {Outcome::Kind::failed, json["property"], json["text"]};
  return {};
}

// One after the other in one child.
std::vector<Outcome> tried_in_child(const std::vector<Description>& descriptions) {
  const runtime::test::TemporaryFolder folder("random-graph");
  const auto check = [&](const ordered_json&) {
    // A crash ends this process alone: the test's own handlers would tell of it as theirs.
    for (const int each : {SIGSEGV, SIGABRT, SIGFPE, SIGILL, SIGBUS, SIGTERM}) std::signal(each, SIG_DFL);
    auto results = ordered_json::array();
    for (const auto& description : descriptions)
      results.push_back(check_network(network_of(description), folder.path()));
    return results;
  };
  std::vector<Outcome> outcomes;
  const auto results = sim::run_in_children({ordered_json()}, check, 1);
  for (const auto& result : results.front()) outcomes.push_back(outcome_of(result));
  return outcomes;
}

}  // namespace

Outcome try_network(const Description& description) {
  try {
    return tried_in_child({description}).front();
  } catch (const std::logic_error& error) {  // by a signal, or by a sanitizer
    return {Outcome::Kind::failed, "crash", error.what()};
  }
}

std::vector<Outcome> try_networks(const std::vector<Description>& descriptions) {
  std::vector<Outcome> outcomes;
  try {
    outcomes = tried_in_child(descriptions);
  } catch (const std::logic_error&) {  // a crash, of one or more of them
    for (const auto& description : descriptions) outcomes.push_back(try_network(description));
    return outcomes;
  }
  for (size_t i = 0; i < outcomes.size(); ++i) {
    if (outcomes[i].kind != Outcome::Kind::failed) continue;
    const auto alone = try_network(descriptions[i]);
    if (alone.kind == Outcome::Kind::failed)
      outcomes[i] = alone;
    else
      outcomes[i].text += " (behind other networks in a process; not alone)";
  }
  return outcomes;
}

rc::Shrinkable<Description> description_of(uint64_t seed) {
  return descriptions(kMostNodes)(rc::Random(seed), rc::kNominalSize);
}

Description shrunk(const rc::Shrinkable<Description>& failing, const std::string& property) {
  const auto until = std::chrono::steady_clock::now() + kMostShrinkTime;
  auto smallest = failing;
  int tries = 0;
  for (bool found = true; found;) {
    found = false;
    auto shrinks = smallest.shrinks();
    while (const auto next = shrinks.next()) {
      if (++tries > kMostShrinks || std::chrono::steady_clock::now() > until) return smallest.value();
      const auto outcome = try_network(next->value());
      if (outcome.kind != Outcome::Kind::failed || outcome.property != property) continue;
      smallest = *next;
      found = true;
      break;
    }
  }
  return smallest.value();
}

std::string save(const Description& description, const std::string& folder) {
  std::filesystem::create_directories(folder);
  const auto network = network_of(description);
  const auto machine = machine_choice(network.machine);
  std::string command = "mmasim run " + folder + "/network.onnx";
  const auto files = write_files(network, folder);
  for (size_t i = 0; i < files.size(); ++i)
    command += " --input " + network.input_tensors[i].name + "=" + files[i];
  command += " --precision " + network.precision + " --quant " + network.preset + " --config configs/" +
             machine.config;
  for (const auto& set : machine.overrides) command += " --set '" + set + "'";
  command += " --verify=layers";
  std::ofstream(folder + "/command.txt") << command << "\n";
  std::ofstream(folder + "/network.txt") << listing(network);
  return command;
}

}  // namespace mmasim::random_graphs
