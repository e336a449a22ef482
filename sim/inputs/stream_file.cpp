#include "sim/inputs/stream_file.h"

#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string_view>

#include "models/memory/dram_controller.h"
#include "runtime/user_error.h"
#include "sim/inputs/text_input.h"

namespace mmasim::sim {
namespace {

constexpr size_t kLongestLine = 4096;  // longer ones are no stream, and no reason to take memory

struct Place {
  const std::string& file;
  uint64_t line;
};

[[noreturn]] void reject(const Place& place, const std::string& why) {
  throw runtime::UserError(place.file + ":" + std::to_string(place.line) + ": " + why);
}

std::string quoted(std::string_view word) {
  constexpr size_t kShown = 40;
  return "'" + std::string(word.substr(0, kShown)) + (word.size() > kShown ? "..." : "") + "'";
}

std::string_view without_comment(std::string_view line) { return line.substr(0, line.find('#')); }

std::string_view next_word(std::string_view& line) {
  constexpr std::string_view kSpace = " \t\r";
  const size_t begin = std::min(line.find_first_not_of(kSpace), line.size());
  const size_t end = std::min(line.find_first_of(kSpace, begin), line.size());
  const std::string_view word = line.substr(begin, end - begin);
  line.remove_prefix(end);
  return word;
}

uint64_t parse_number(std::string_view word, const char* what, uint64_t most, const Place& place) {
  const bool is_hexadecimal = word.size() > 2 && word[0] == '0' && (word[1] == 'x' || word[1] == 'X');
  const std::string_view digits = is_hexadecimal ? word.substr(2) : word;
  uint64_t value = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, is_hexadecimal ? 16 : 10);
  if (error == std::errc::result_out_of_range || (error == std::errc{} && value > most)) {
    reject(place, std::string(what) + " is " + quoted(word) + "; expected at most " + std::to_string(most));
  }
  if (error != std::errc{} || end != digits.data() + digits.size()) {
    reject(place,
           std::string(what) + " is " + quoted(word) + "; expected a decimal or 0x hexadecimal number");
  }
  return value;
}

bool parse_direction(std::string_view word, const Place& place) {
  if (word == "READ") return false;
  if (word == "WRITE") return true;
  reject(place, "direction is " + quoted(word) + "; expected READ or WRITE");
}

models::StreamRequest parse_line(std::string_view line, const Place& place) {
  std::array<std::string_view, 4> words;
  for (std::string_view& word : words) word = next_word(line);
  if (words[2].empty() || !words[3].empty()) {
    reject(place, std::string(words[2].empty() ? "fewer" : "more") +
                      " than three words; expected address READ|WRITE earliest_cycle");
  }
  models::StreamRequest request;
  request.address = parse_number(words[0], "address", UINT64_MAX >> 1, place);
  request.is_write = parse_direction(words[1], place);
  request.earliest_cycle = parse_number(words[2], "earliest_cycle", models::kLatestDramCycle / 2, place);
  return request;
}

}  // namespace

std::vector<models::StreamRequest> parse_stream(std::istream& text, const std::string& name) {
  std::vector<models::StreamRequest> stream;
  std::array<char, kLongestLine> line;
  for (uint64_t number = 1; text.getline(line.data(), line.size()) || text.gcount() > 0; ++number) {
    const Place place{name, number};
    if (text.fail())
      reject(place, "the line is longer than " + std::to_string(kLongestLine - 1) + " characters");
    const auto length = static_cast<size_t>(text.gcount()) - (text.eof() ? 0 : 1);  // without the line's end
    const std::string_view content = without_comment({line.data(), length});
    std::string_view rest = content;
    if (!next_word(rest).empty()) stream.push_back(parse_line(content, place));
  }
  if (text.bad()) throw runtime::UserError(name + ": reading failed");
  if (stream.empty())
    throw runtime::UserError(name +
                             ": no request in it; expected lines of address READ|WRITE earliest_cycle");
  return stream;
}

std::vector<models::StreamRequest> read_stream_file(const std::string& path) {
  if (path == "-") return parse_stream(std::cin, name_of_input(path));
  if (std::filesystem::is_directory(path))
    throw runtime::UserError(path + ": is a directory; expected a stream file");
  std::ifstream text(path);
  if (!text) throw runtime::UserError(path + ": cannot be opened for reading");
  return parse_stream(text, path);
}

}  // namespace mmasim::sim
