// Structs described by tables of keys: to JSON and back, and what is said of JSON that does not fit.
#include "sim/kit/keys.h"

#include <doctest/doctest.h>

#include <optional>

#include "runtime/user_error.h"

using namespace mmasim;
using namespace mmasim::sim;

namespace {

enum class Colour : uint8_t { red, green };

struct Wheel {
  uint32_t spokes = 3;
  std::optional<double> radius_mm;
};

struct Bicycle {
  std::string name = "bike";
  Colour colour = Colour::red;
  std::vector<Wheel> wheels;
  std::optional<Wheel> spare;
  std::map<std::string, uint64_t> parts;
  int64_t offset = 0;
  bool has_bell = false;
};

const Keys<Wheel>& wheel_keys() {
  static const Keys<Wheel> keys{key(&Wheel::spokes, "spokes", "", "between hub and rim"),
                                key(&Wheel::radius_mm, "radius_mm", "mm", "of the rim")};
  return keys;
}

const Keys<Bicycle>& bicycle_keys() {
  using Row = Bicycle;
  static const Keys<Row> keys{key(&Row::name, "name", "", "of the bicycle"),
                              key_of_words(&Row::colour, "colour", {"red", "green"}, "of its frame"),
                              key_of_rows(&Row::wheels, wheel_keys(), "wheels", "those it stands on"),
                              key_of_optional(&Row::spare, wheel_keys(), "spare", "one more"),
                              key(&Row::parts, "parts", "", "by name"),
                              key(&Row::offset, "offset", "mm", "of the chain"),
                              key(&Row::has_bell, "has_bell", "", "whether one hears it")};
  return keys;
}

std::string complaint(const std::string& text) {
  try {
    from_json(bicycle_keys(), ordered_json::parse(text), "", Absent::is_default);
  } catch (const runtime::UserError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("keys: a struct is written in the table's order and read back") {
  Bicycle bicycle;
  bicycle.colour = Colour::green;
  bicycle.wheels = {{36, 311.5}, {28, std::nullopt}};
  bicycle.spare = Wheel{32, 254.0};
  bicycle.parts = {{"bolts", 12}};
  bicycle.offset = -3;
  bicycle.has_bell = true;
  const auto json = to_json(bicycle_keys(), bicycle);
  const std::string text =
      R"({"name":"bike","colour":"green","wheels":[{"spokes":36,"radius_mm":311.5},)"
      R"({"spokes":28,"radius_mm":null}],"spare":{"spokes":32,"radius_mm":254.0},"parts":{"bolts":12},)"
      R"("offset":-3,"has_bell":true})";
  CHECK(json_line(json) == text);
  const auto back = from_json(bicycle_keys(), ordered_json::parse(text), "");
  CHECK(json_line(to_json(bicycle_keys(), back)) == text);
}

TEST_CASE("keys: what is left out keeps its default, or is a fault") {
  const auto bicycle =
      from_json(bicycle_keys(), ordered_json::parse(R"({"name":"b"})"), "", Absent::is_default);
  CHECK(bicycle.name == "b");
  CHECK(bicycle.colour == Colour::red);
  CHECK_THROWS_WITH_AS(from_json(bicycle_keys(), ordered_json::parse(R"({"name":"b"})"), "shed"),
                       "key 'shed.colour' is missing", runtime::UserError);
}

TEST_CASE("keys: unknown keys are refused with the nearest known one") {
  CHECK(complaint(R"({"colur":"red"})") == "unknown key 'colur'; did you mean 'colour'?");
  CHECK(complaint(R"({"spare":{"spoke":1,"radius_mm":null}})") ==
        "unknown key 'spare.spoke'; did you mean 'spare.spokes'?");
}

TEST_CASE("keys: values of another type are refused with what is allowed") {
  CHECK(complaint(R"([])") == "this is a list; expected an object of keys");
  CHECK(complaint(R"({"name":5})") == "name is 5; expected a text");
  CHECK(complaint(R"({"colour":"blue"})") == "colour is \"blue\"; expected red or green");
  CHECK(complaint(R"({"colour":0})") == "colour is 0; expected red or green");
  CHECK(complaint(R"({"wheels":{}})") == "wheels is an object; expected a list");
  CHECK(complaint(R"({"wheels":[{"spokes":-1,"radius_mm":1}]})") ==
        "wheels[0].spokes is -1; expected a whole number, 0..4294967295");
  CHECK(complaint(R"({"wheels":[{"spokes":4294967296,"radius_mm":1}]})") ==
        "wheels[0].spokes is 4294967296; expected a whole number, 0..4294967295");
  CHECK(complaint(R"({"wheels":[{"spokes":1.5,"radius_mm":1}]})") ==
        "wheels[0].spokes is 1.5; expected a whole number, 0..4294967295");
  CHECK(complaint(R"({"wheels":[{"spokes":1,"radius_mm":"wide"}]})") ==
        "wheels[0].radius_mm is \"wide\"; expected a number");
  CHECK(complaint(R"({"has_bell":1})") == "has_bell is 1; expected true or false");
  CHECK(complaint(R"({"offset":9223372036854775808})") ==
        "offset is 9223372036854775808; expected a whole number");
  CHECK(complaint(R"({"parts":{"bolts":"many"}})") ==
        "parts.bolts is \"many\"; expected a whole number, 0..18446744073709551615");
}

TEST_CASE("keys: text that is not UTF-8 is written all the same") {
  Bicycle bicycle;
  bicycle.name = "b\xff";
  CHECK(json_line(to_json(bicycle_keys(), bicycle)).find("b\xef\xbf\xbd") != std::string::npos);
}
