// The page of a run as text: one file that asks no one for anything, whose data is the report and cannot
// break out. What it looks like in a browser: tests/browser.
#include "sim/report/html_page.h"

#include <regex>

#include "sim/report/embedded_text.h"
#include "sim/report/layer_table.h"
#include "tests/sim/command_line.h"

using namespace mmasim;
using namespace mmasim::sim;
using namespace mmasim::sim::test;
using runtime::test::TemporaryFolder;

namespace {

// What stands between the tags of the element with id "data".
std::string data_of(const std::string& page) {
  const std::string begin = "<script id=\"data\" type=\"application/json\">";
  const auto at = page.find(begin);
  REQUIRE(at != std::string::npos);
  return page.substr(at + begin.size(), page.find("</script>", at) - at - begin.size());
}

// Without its data nothing of a page names a place elsewhere, but for SVG's namespace, which no one fetches.
void check_asks_no_one(std::string page) {
  const auto data = data_of(page);
  page.erase(page.find(data), data.size());
  const std::string name_space = "http://www.w3.org/2000/svg";
  const auto at = page.find(name_space);
  if (at != std::string::npos) page.erase(at, name_space.size());
  for (const auto* word :
       {"http:", "https:", "//cdn", "@import", "url(", "<img", "<iframe", "fetch(", "XMLHttpRequest"})
    CHECK_MESSAGE(page.find(word) == std::string::npos, word);
  CHECK(page.find("default-src 'none'") != std::string::npos);
}

}  // namespace

TEST_CASE("report.html: holds report.json as it is, and asks no one for anything") {
  const TemporaryFolder folder("html");
  const auto said = command_line("run " + kLenet + " --quiet --out " + folder.file("out"));
  CAPTURE(said.error);
  REQUIRE(said.exit_code == 0);
  const auto page = text_of_file(folder.file("out/report.html"));
  CHECK(nlohmann::json::parse(data_of(page)) == json_of_file(folder.file("out/report.json")));
  check_asks_no_one(page);
  for (const auto* script :
       {"kit.js", "roofline.js", "timeline.js", "memory.js", "graph.js", "report.js", "page.css"})
    CHECK(page.find(std::string(embedded_text(script))) != std::string::npos);
}

TEST_CASE("compare.html: holds compare.json as it is, and asks no one for anything") {
  const TemporaryFolder folder("html-compare");
  REQUIRE(command_line("compare " + kLenet + " --precision int8,int16 --quiet --out " + folder.file("out"))
              .exit_code == 0);
  const auto page = text_of_file(folder.file("out/compare.html"));
  CHECK(nlohmann::json::parse(data_of(page)) == json_of_file(folder.file("out/compare.json")));
  check_asks_no_one(page);
}

TEST_CASE("html: names of a network cannot end the element that holds them") {
  const auto page =
      html_page("</title><b>", {}, {{"name", "</script><script>alert(1)</script>"}}, "a < b & c");
  CHECK(page.find("</script><script>alert") == std::string::npos);
  CHECK(page.find("<title>&lt;/title&gt;&lt;b&gt;</title>") != std::string::npos);
  CHECK(page.find("<pre>a &lt; b &amp; c</pre>") != std::string::npos);
  CHECK(nlohmann::json::parse(data_of(page))["name"] == "</script><script>alert(1)</script>");
}

TEST_CASE("html: a table without a page of its own") {
  const Table table{{{"name", Column::Align::left}, {"count"}}, {{"<fig>", "12"}}};
  const auto page = html_of_table(table, "x & y");
  CHECK(page.find("<tr><td class=\"left\">&lt;fig&gt;</td><td class=\"right\">12</td></tr>") !=
        std::string::npos);
  CHECK(page.find("<p>x &amp; y</p>") != std::string::npos);
}

TEST_CASE("embedded texts: one that is not there is a defect") {
  CHECK_THROWS_AS(embedded_text("no.css"), std::logic_error);
}
