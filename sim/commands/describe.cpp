// `mmasim describe`: the reference documentation.
#include <cstdio>
#include <memory>

#include "isa/encoding/describe_isa.h"
#include "isa/kit/nearest_word.h"
#include "runtime/user_error.h"
#include "sim/commands/command_pages.h"
#include "sim/commands/commands.h"
#include "sim/commands/option_kinds.h"
#include "sim/describe/describe.h"
#include "sim/host/exit_code.h"
#include "sim/kit/json_value.h"

namespace mmasim::sim {
namespace {

struct DescribeOptions {
  std::string topic;
  std::string format;  // empty: markdown, or the one form that the topic has
};

Page isa_page() { return {isa::describe_isa_markdown(), {}}; }

struct Topic {
  const char* name;
  Page (*page)();  // null: made of the command line itself
};
constexpr Topic kTopics[] = {{"isa", isa_page},
                             {"config", describe_config},
                             {"stats", describe_stats},
                             {"presets", describe_presets},
                             {"calibrators", describe_calibrators},
                             {"transforms", describe_transforms},
                             {"operators", describe_operators},
                             {"commands", nullptr},
                             {"manual", nullptr},
                             {"completion", nullptr}};

// What else a topic may be called.
constexpr const char* kSynonyms[][2] = {{"quant", "presets"},
                                        {"quantization", "presets"},
                                        {"precision", "presets"},
                                        {"configuration", "config"},
                                        {"hardware", "config"},
                                        {"soc", "config"},
                                        {"report", "stats"},
                                        {"sweep", "stats"},
                                        {"instructions", "isa"},
                                        {"assembly", "isa"},
                                        {"onnx", "operators"},
                                        {"networks", "operators"},
                                        {"calibration", "calibrators"},
                                        {"corrections", "transforms"},
                                        {"options", "commands"},
                                        {"help", "commands"},
                                        {"man", "manual"},
                                        {"bash", "completion"}};

std::string meant_topic(const std::string& seen) {
  for (const auto& [word, topic] : kSynonyms)
    if (seen == word) return topic;
  return isa::likely_word(seen, describe_topics());
}

std::string check_topic(std::string& seen) {
  for (const auto& topic : kTopics)
    if (seen == topic.name) return "";
  const auto meant = meant_topic(seen);
  return "there is no '" + seen + "'; expected " + joined_by_or(describe_topics()) +
         (meant.empty() ? "" : "; did you mean '" + meant + "'?");
}

Page page_of(const DescribeOptions& options, const CLI::App& app) {
  for (const auto& topic : kTopics)
    if (options.topic == topic.name && topic.page != nullptr) return topic.page();
  return describe_commands(app);
}

std::string text_of(const DescribeOptions& options, const CLI::App& app) {
  const bool is_manual = options.topic == "manual";
  if (is_manual || options.topic == "completion") {
    if (!options.format.empty())
      throw runtime::UserError("--format serves nothing beside " + options.topic +
                               ": it has one form; leave it out");
    return is_manual ? manual_page(app) : bash_completion(app);
  }
  const bool is_json = options.format == "json";
  if (options.topic == "isa" && is_json) return isa::describe_isa_json();
  const auto page = page_of(options, app);
  return is_json ? json_text(page.json) : page.markdown;
}

int describe(const DescribeOptions& options, const CLI::App& app) {
  std::fputs(text_of(options, app).c_str(), stdout);
  return kDone;
}

}  // namespace

std::vector<std::string> describe_topics() {
  std::vector<std::string> names;
  for (const auto& topic : kTopics) names.emplace_back(topic.name);
  return names;
}

void add_describe_command(CLI::App& app, Action& action) {
  auto& command = *app.add_subcommand("describe", "print reference documentation");
  auto options = std::make_shared<DescribeOptions>();
  add_value(command, "topic", options->topic,
            {"TOPIC", joined_by_or(describe_topics()) + "; the last two for man and for bash"})
      .check(CLI::Validator(check_topic, ""));
  add_word(command, "--format", options->format, {"markdown|json", "of a page", "markdown"});
  command.callback(
      [&action, &app, options] { action = [&app, options] { return describe(*options, app); }; });
}

}  // namespace mmasim::sim
