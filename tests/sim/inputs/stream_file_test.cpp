#include "sim/inputs/stream_file.h"

#include <doctest/doctest.h>

#include <sstream>

#include "runtime/user_error.h"

using namespace mmasim;

namespace {

std::vector<models::StreamRequest> parse(const std::string& text) {
  std::istringstream stream(text);
  return sim::parse_stream(stream, "a.txt");
}

std::string fault(const std::string& text) {
  try {
    parse(text);
  } catch (const runtime::UserError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("stream file: decimal and hexadecimal, comments, empty lines, other line ends") {
  const auto stream = parse("# weights\n0x40 READ 0\n\n  128\tWRITE  200 # outputs\r\n0XfF READ 7");
  REQUIRE(stream.size() == 3);
  CHECK(stream[0].address == 64);
  CHECK_FALSE(stream[0].is_write);
  CHECK(stream[0].earliest_cycle == 0);
  CHECK(stream[1].address == 128);
  CHECK(stream[1].is_write);
  CHECK(stream[1].earliest_cycle == 200);
  CHECK(stream[2].address == 255);
}

TEST_CASE("stream file: a fault names file, line, what was seen and what is allowed") {
  CHECK(fault("0 READ 0\n0 read 0\n") == "a.txt:2: direction is 'read'; expected READ or WRITE");
  CHECK(fault("zero READ 0") == "a.txt:1: address is 'zero'; expected a decimal or 0x hexadecimal number");
  CHECK(fault("0x READ 0") == "a.txt:1: address is '0x'; expected a decimal or 0x hexadecimal number");
  CHECK(fault("0 READ -1") == "a.txt:1: earliest_cycle is '-1'; expected a decimal or 0x hexadecimal number");
  CHECK(fault("0 READ") == "a.txt:1: fewer than three words; expected address READ|WRITE earliest_cycle");
  CHECK(fault("0 READ 0 0") == "a.txt:1: more than three words; expected address READ|WRITE earliest_cycle");
  CHECK(fault("99999999999999999999 READ 0")
            .find("a.txt:1: address is '99999999999999999999'; expected at most") == 0);
  CHECK(fault(std::string("0 READ 0\0\n", 10)).find("a.txt:1: earliest_cycle is") == 0);
  CHECK(fault("0 READ 0\n" + std::string(5000, 'x')) == "a.txt:2: the line is longer than 4095 characters");
  CHECK(fault("# nothing\n").find("a.txt: no request in it") == 0);
  CHECK_THROWS_AS(sim::read_stream_file("/nonexistent/stream"), runtime::UserError);
}
