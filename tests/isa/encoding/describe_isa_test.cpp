// The reference page of the instruction set holds what the field tables say.
#include "isa/encoding/describe_isa.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <variant>

#include "isa/instruction.h"

namespace mmasim::isa {

TEST_CASE("describe isa: the JSON page lists every opcode in order with fields that add up") {
  const auto page = nlohmann::json::parse(describe_isa_json());
  REQUIRE(page["instructions"].size() == std::variant_size_v<Instruction>);
  for (size_t opcode = 0; opcode < page["instructions"].size(); ++opcode) {
    const auto& instruction = page["instructions"][opcode];
    CHECK(instruction["opcode"] == opcode);
    CHECK(!instruction["sentence"].get<std::string>().empty());
    uint64_t bytes = 1;
    for (const auto& f : instruction["fields"]) bytes += f["bytes"].get<uint64_t>();
    CHECK(instruction["encoded_bytes"] == bytes);
  }
  const auto& wait = page["instructions"][2];
  CHECK(wait["mnemonic"] == "sync.wait");
  CHECK(wait["fields"][0] == nlohmann::json{{"name", "token"},
                                            {"bytes", 2},
                                            {"type", "unsigned"},
                                            {"default", "0"},
                                            {"unit", ""},
                                            {"sentence", "token number; token 0 never stalls"}});
  CHECK(page["enumerations"]["rounding"] == nlohmann::json{"half_up", "half_even", "half_away", "floor"});
}

TEST_CASE("describe isa: the Markdown page has a section and a table for each instruction") {
  const std::string page = describe_isa_markdown();
  CHECK(page.find("\n## `sync.signal`\n\nAdds one to the token once every earlier mma and dsp instruction "
                  "has retired.\n"
                  "Opcode 3, 3 bytes.\n\n"
                  "| field | bytes | type | default | unit | meaning |\n|---|---|---|---|---|---|\n"
                  "| `token` | 2 | unsigned | 0 |  | token number |\n") != std::string::npos);
  CHECK(page.find("| 1 | `ctl.end` | 1 |") != std::string::npos);
  CHECK(page.find("| rounding | half_up, half_even, half_away, floor |") != std::string::npos);
  CHECK(page.find("| `l2_bytes` | 8 | unsigned | 458752 | bytes | usable L2 scratchpad |") !=
        std::string::npos);
}

}  // namespace mmasim::isa
