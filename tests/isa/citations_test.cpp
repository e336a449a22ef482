// What comments, configurations and pages cite exists: sections of docs/quantization.md and docs/hardware.md,
// decisions, files and folders of the tree, the targets of links. Reads files only. Does not judge whether a
// cited section says what the comment claims.
#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "test_places.h"

namespace {

namespace fs = std::filesystem;

const fs::path kTree = MMASIM_SOURCE_DIR;
const std::vector<std::string> kPages = {"quantization.md", "hardware.md"};

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }
bool begins_with(const std::string& text, const std::string& start, size_t at = 0) {
  return text.compare(at, start.size(), start) == 0;
}

std::string read(const fs::path& path) {
  std::ifstream stream(path);
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

// One line of the whole file: comments that wrap read on, and string literals side by side are one.
std::string flat(const std::string& text) {
  std::istringstream lines(text);
  std::string result;
  for (std::string line; std::getline(lines, line);) {
    size_t begin = line.find_first_not_of(" \t");
    if (begin == std::string::npos) begin = line.size();
    if (begins_with(line, "//", begin)) begin += 2;
    while (begin < line.size() && (line[begin] == '#' || line[begin] == ' ')) ++begin;
    if (!result.empty() && result.back() == '"' && begin < line.size() && line[begin] == '"') {
      result.pop_back();
      result += line.substr(begin + 1);
    } else {
      result += ' ' + line.substr(begin);
    }
  }
  return result;
}

// A number like 5 or 5.12 at `at`, which moves behind it; empty if there is none.
std::string take_number(const std::string& text, size_t& at) {
  size_t end = at;
  while (end < text.size() && is_digit(text[end])) ++end;
  if (end > at && end + 1 < text.size() && text[end] == '.' && is_digit(text[end + 1])) {
    ++end;
    while (end < text.size() && is_digit(text[end])) ++end;
  }
  const std::string number = text.substr(at, end - at);
  at = end;
  return number;
}

bool skip(const std::string& text, size_t& at, const std::vector<std::string>& words) {
  const auto found =
      std::find_if(words.begin(), words.end(), [&](const auto& word) { return begins_with(text, word, at); });
  if (found == words.end()) return false;
  at += found->size();
  return true;
}

// "5.4, 5.5 and 5.12" as three numbers.
std::vector<std::string> take_list(const std::string& text, size_t& at) {
  std::vector<std::string> numbers;
  for (;;) {
    const std::string number = take_number(text, at);
    if (number.empty()) return numbers;
    numbers.push_back(number);
    size_t next = at;
    if (!skip(text, next, {", ", " and ", " to "}) || next >= text.size() || !is_digit(text[next]))
      return numbers;
    at = next;
  }
}

struct Citation {
  std::string page, section;  // the section: a number or, in quotes, a heading
};
bool operator==(const Citation& a, const Citation& b) { return a.page == b.page && a.section == b.section; }

const std::vector<std::string> kSectionWords = {"sections ", "section ", "Sections ", "Section ", "table "};

// "quantization.md 5.12", "quantization.md sections 2 and 3.1", "hardware.md, section 3".
std::vector<std::string> sections_behind(const std::string& text, size_t at) {
  skip(text, at, {"`"});
  size_t quoted = at;
  if (skip(text, quoted, {", \""})) return {text.substr(quoted, text.find('"', quoted) - quoted)};
  const bool after_comma = skip(text, at, {", "});
  if (!after_comma && !skip(text, at, {" "})) return {};
  const bool named = skip(text, at, kSectionWords);
  return after_comma && !named ? std::vector<std::string>{} : take_list(text, at);
}

// "section 2 of quantization.md".
std::vector<std::string> sections_before(const std::string& text, size_t page_at) {
  constexpr size_t kReach = 40;
  for (size_t at = page_at > kReach ? page_at - kReach : 0; at < page_at; ++at) {
    size_t here = at;
    if (!skip(text, here, kSectionWords)) continue;
    const std::vector<std::string> numbers = take_list(text, here);
    if (skip(text, here, {" of "}) && here == page_at) return numbers;
  }
  return {};
}

std::vector<Citation> section_citations(const std::string& text) {
  std::vector<Citation> citations;
  for (const std::string& page : kPages) {
    for (size_t at = text.find(page); at != std::string::npos; at = text.find(page, at + 1)) {
      for (const auto& section : sections_before(text, at)) citations.push_back({page, section});
      for (const auto& section : sections_behind(text, at + page.size()))
        citations.push_back({page, section});
    }
  }
  return citations;
}

// "section 5.12" inside a page that has sections.
std::vector<Citation> own_citations(const std::string& page, const std::string& text) {
  std::vector<Citation> citations;
  for (const std::string word : {"section ", "sections "}) {
    for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
      size_t list = at + word.size();
      for (const auto& section : take_list(text, list)) citations.push_back({page, section});
    }
  }
  return citations;
}

// "decision 8", "decisions 23 and 24", "docs/decisions/0020, 0022": as numbers.
std::vector<int> decision_citations(const std::string& text) {
  std::vector<int> decisions;
  for (size_t at = text.find("ecision"); at != std::string::npos; at = text.find("ecision", at + 1)) {
    size_t list = at + 7;
    skip(text, list, {"s"});
    if (!skip(text, list, {" ", "/"})) continue;
    for (const auto& number : take_list(text, list)) decisions.push_back(std::stoi(number));
  }
  return decisions;
}

// What stands between the brackets of [text](target), without links to other hosts.
std::vector<std::string> links(const std::string& text) {
  std::vector<std::string> targets;
  for (size_t at = text.find("]("); at != std::string::npos; at = text.find("](", at + 1)) {
    const std::string target = text.substr(at + 2, text.find(')', at) - at - 2);
    if (target.find("://") == std::string::npos) targets.push_back(target);
  }
  return targets;
}

const std::vector<std::string> kFolders = {"isa",     "runtime", "models",  "sim",  "tests",
                                           "configs", "docs",    "scripts", "cmake"};

bool is_in_path(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         std::string("/_-.*").find(c) != std::string::npos;
}

// Places of the tree that are named: "docs/fidelity.md", "isa/executor/footprint". Not those with a wildcard,
// nor examples whose name is one letter.
std::vector<std::string> named_paths(const std::string& text) {
  std::vector<std::string> paths;
  for (const std::string& folder : kFolders) {
    for (size_t at = text.find(folder + '/'); at != std::string::npos; at = text.find(folder + '/', at + 1)) {
      if (at > 0 && is_in_path(text[at - 1])) continue;
      size_t end = at;
      while (end < text.size() && is_in_path(text[end])) ++end;
      std::string path = text.substr(at, end - at);
      while (path.back() == '.' || path.back() == '-') path.pop_back();
      const bool is_pattern = path.find('*') != std::string::npos || path.find("..") != std::string::npos;
      if (!is_pattern && fs::path(path).stem().string().size() > 1) paths.push_back(path);
    }
  }
  return paths;
}

// A file, a folder, or a header and its source without their ending; a decision also by its number.
bool path_exists(const std::string& path) {
  for (const char* ending : {"", ".h", ".cpp"}) {
    if (fs::exists(kTree / (path + ending))) return true;
  }
  const std::string decisions = "docs/decisions/";
  if (!begins_with(path, decisions) || path.size() != decisions.size() + 4) return false;
  const auto pages = fs::directory_iterator(kTree / decisions);
  return std::any_of(begin(pages), end(pages), [&](const auto& page) {
    return begins_with(page.path().filename().string(), path.substr(decisions.size()));
  });
}

// What a file says to its readers: of a source, the lines that are comments.
std::string prose(const fs::path& file) {
  const std::string text = read(file);
  if (file.extension() != ".h" && file.extension() != ".cpp") return text;
  std::istringstream lines(text);
  std::string comments;
  for (std::string line; std::getline(lines, line);) {
    const size_t begin = line.find_first_not_of(' ');
    if (begin != std::string::npos && begins_with(line, "//", begin)) comments += line + '\n';
  }
  return comments;
}

// Headings of a page, as they stand; those that begin with a number also as the number.
std::set<std::string> headings(const std::string& text) {
  std::set<std::string> found;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const size_t begin = line.find_first_not_of('#');
    if (begin == 0 || begin == std::string::npos || line[begin] != ' ') continue;
    found.insert(line.substr(begin + 1));
    size_t at = begin + 1;
    const std::string number = take_number(line, at);
    if (!number.empty()) found.insert(number);
  }
  return found;
}

// The anchor that a heading has in a rendered page.
std::string anchor_of(const std::string& heading) {
  std::string anchor;
  for (const char c : heading) {
    if (c == ' ') anchor += '-';
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_')
      anchor += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return anchor;
}

bool link_leads_somewhere(const fs::path& page, const std::string& target) {
  const size_t hash = target.find('#');
  const std::string file = target.substr(0, hash);
  const fs::path path = file.empty() ? page : page.parent_path() / file;
  if (!fs::exists(path)) return false;
  if (hash == std::string::npos) return true;
  const auto all = headings(read(path));
  return std::any_of(all.begin(), all.end(),
                     [&](const auto& heading) { return anchor_of(heading) == target.substr(hash + 1); });
}

bool is_text(const fs::path& path) {
  static const std::set<std::string> kinds = {".h", ".cpp", ".md", ".yaml", ".txt", ".in", ".cmake", ".s"};
  return kinds.count(path.extension().string()) != 0 || path.parent_path().filename() == "scripts";
}

std::vector<fs::path> all_texts() {
  std::vector<fs::path> files;
  for (const std::string& folder : kFolders) {
    for (const auto& entry : fs::recursive_directory_iterator(kTree / folder)) {
      const bool is_this = entry.path().filename() == "citations_test.cpp";
      if (entry.is_regular_file() && is_text(entry.path()) && !is_this) files.push_back(entry.path());
    }
  }
  for (const char* file : {"README.md", "CONTRIBUTING.md", "CMakeLists.txt"}) files.push_back(kTree / file);
  return files;
}

// Pages of docs/decisions by number.
std::multimap<int, fs::path> decisions() {
  std::multimap<int, fs::path> found;
  for (const auto& entry : fs::directory_iterator(kTree / "docs/decisions")) {
    size_t at = 0;
    const std::string number = take_number(entry.path().filename().string(), at);
    if (!number.empty()) found.emplace(std::stoi(number), entry.path());
  }
  return found;
}

}  // namespace

TEST_CASE("citations: the reader sees every form that the tree uses") {
  using Citations = std::vector<Citation>;
  const std::string q = "quantization.md", h = "hardware.md";
  CHECK(section_citations("(quantization.md 5.4, 5.5 and 5.12). With") ==
        Citations{{q, "5.4"}, {q, "5.5"}, {q, "5.12"}});
  CHECK(section_citations("of quantization.md sections 2 and 3.1 in") == Citations{{q, "2"}, {q, "3.1"}});
  CHECK(section_citations("section 2 of quantization.md, 32 of") == Citations{{q, "2"}});
  CHECK(section_citations("From table 1 of hardware.md; what") == Citations{{h, "1"}});
  CHECK(section_citations("(hardware.md 4: 6.2k to 7.8k)") == Citations{{h, "4"}});
  CHECK(section_citations("(hardware.md, section 3)") == Citations{{h, "3"}});
  CHECK(section_citations("(hardware.md, \"DDR reference\")") == Citations{{h, "DDR reference"}});
  CHECK(section_citations("as hardware.md says").empty());
  CHECK(own_citations(q, "see sections 3.1 and 4.2, and section 5") ==
        Citations{{q, "5"}, {q, "3.1"}, {q, "4.2"}});
  CHECK(
      decision_citations("decisions 23 and 24 (docs/decisions/0020, 0022), a decision of [decision 8](d)") ==
      std::vector<int>{23, 24, 20, 22, 8});
  CHECK(links("[a](b.md#c) and [d](https://e.org/f)") == std::vector<std::string>{"b.md#c"});
  CHECK(
      named_paths("(docs/fidelity.md). docs/decisions. models/*/x_timing.h build/tests/test_isa tests/x.h") ==
      std::vector<std::string>{"docs/fidelity.md", "docs/decisions"});
  CHECK(flat("// see hardware.md\n  // 2: x") == " see hardware.md 2: x");
  CHECK(flat("\"(hardware.md \"\n   \"3: y)\"") == " \"(hardware.md 3: y)\"");
}

TEST_CASE("citations: a heading is found by its words, its number and its anchor") {
  const std::string page =
      "# Title\n## 2. Integer functions\n### 5.12 Every operator's integers\n#no\ntext\n";
  CHECK(headings(page) == std::set<std::string>{"Title", "2. Integer functions", "2",
                                                "5.12 Every operator's integers", "5.12"});
  CHECK(anchor_of("5.12 Every operator's integers") == "512-every-operators-integers");
}

TEST_CASE("citations: every section that is cited exists") {
  std::map<std::string, std::set<std::string>> sections;
  for (const std::string& page : kPages) sections[page] = headings(read(kTree / "docs" / page));
  size_t count = 0;
  for (const fs::path& file : all_texts()) {
    const std::string text = flat(read(file));
    std::vector<Citation> citations = section_citations(text);
    if (sections.count(file.filename().string()) != 0) {
      const auto own = own_citations(file.filename().string(), text);
      citations.insert(citations.end(), own.begin(), own.end());
    }
    for (const Citation& citation : citations) {
      const bool exists = sections.at(citation.page).count(citation.section) != 0;
      CHECK_MESSAGE(exists, (file.lexically_relative(kTree).string() + " cites " + citation.page + " " +
                             citation.section + ", which does not exist"));
    }
    count += citations.size();
  }
  CHECK(count > 100);  // the tree was really read
}

TEST_CASE("citations: every decision that is cited exists, and each number is given once") {
  const auto known = decisions();
  for (const auto& [number, page] : known) {
    CHECK_MESSAGE(known.count(number) == 1, (page.filename().string() + ": another page has its number"));
    const auto titles = headings(read(page));
    CHECK_MESSAGE(titles.count(std::to_string(number)) == 1,
                  (page.filename().string() + ": its heading has another number"));
  }
  size_t count = 0;
  for (const fs::path& file : all_texts()) {
    for (const int number : decision_citations(flat(read(file)))) {
      ++count;
      CHECK_MESSAGE(known.count(number) != 0, (file.lexically_relative(kTree).string() + " cites decision " +
                                               std::to_string(number) + ", which does not exist"));
    }
  }
  CHECK(count > 20);
}

TEST_CASE("citations: files and folders that comments and pages name exist") {
  CHECK(path_exists("docs"));
  CHECK(path_exists("runtime/quantize/rounding"));
  CHECK(path_exists("docs/decisions/0001"));
  CHECK_FALSE(path_exists("docs/decisions/00"));
  CHECK_FALSE(path_exists("runtime/quantize/roundin"));
  size_t count = 0;
  for (const fs::path& file : all_texts()) {
    for (const std::string& path : named_paths(prose(file))) {
      ++count;
      CHECK_MESSAGE(path_exists(path),
                    (file.lexically_relative(kTree).string() + " names " + path + ", which does not exist"));
    }
  }
  CHECK(count > 100);
}

TEST_CASE("citations: links lead to files and to headings that exist") {
  size_t count = 0;
  for (const fs::path& file : all_texts()) {
    if (file.extension() != ".md") continue;
    for (const std::string& target : links(read(file))) {
      ++count;
      CHECK_MESSAGE(link_leads_somewhere(file, target),
                    (file.lexically_relative(kTree).string() + " links to " + target + ": no such place"));
    }
  }
  CHECK(count > 20);
}
