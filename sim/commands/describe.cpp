// `mmasim describe`: the reference documentation.
#include <cstdio>
#include <memory>

#include "isa/encoding/describe_isa.h"
#include "sim/commands/commands.h"
#include "sim/describe/describe.h"
#include "sim/host/exit_code.h"
#include "sim/kit/json_value.h"

namespace mmasim::sim {
namespace {

struct DescribeOptions {
  std::string topic, format = "markdown";
};

Page page_of(const std::string& topic) {
  if (topic == "calibrators") return describe_calibrators();
  if (topic == "config") return describe_config();
  if (topic == "stats") return describe_stats();
  if (topic == "transforms") return describe_transforms();
  if (topic == "presets") return describe_presets();
  return describe_operators();
}

std::string text_of(const DescribeOptions& options) {
  const bool is_json = options.format == "json";
  if (options.topic == "isa") return is_json ? isa::describe_isa_json() : isa::describe_isa_markdown();
  const auto page = page_of(options.topic);
  return is_json ? json_text(page.json) : page.markdown;
}

int describe(const DescribeOptions& options) {
  std::fputs(text_of(options).c_str(), stdout);
  return kDone;
}

}  // namespace

void add_describe_command(CLI::App& app, Action& action) {
  auto& command = *app.add_subcommand("describe", "print reference documentation");
  auto options = std::make_shared<DescribeOptions>();
  command
      .add_option("topic", options->topic,
                  "isa, config, stats, presets, calibrators, transforms or operators")
      ->required()
      ->check(CLI::IsMember({"isa", "config", "stats", "presets", "calibrators", "transforms", "operators"}))
      ->type_name("TOPIC");
  command.add_option("--format", options->format, "markdown or json")
      ->check(CLI::IsMember({"markdown", "json"}))
      ->type_name("markdown|json");
  command.callback([&action, options] { action = [options] { return describe(*options); }; });
}

}  // namespace mmasim::sim
