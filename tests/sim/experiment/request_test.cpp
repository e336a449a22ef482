// Requests: JSON and YAML there and back, their hash, and what cannot be asked.
#include "sim/experiment/request.h"

#include <doctest/doctest.h>

#include <cstdio>
#include <fstream>

#include "runtime/user_error.h"
#include "tests/runtime/io/temporary_folder.h"

using namespace mmasim;
using namespace mmasim::sim;

namespace {

Request everything() {
  Request request;
  request.network = "nets/a \"b\"\n: c.onnx";
  request.config = {"soc.yaml", {"l2.size_bytes=1 MiB", "ddr.page_policy=open"}};
  request.import = {{"x=1,3"}, {"a", "b"}};
  request.quant = {"per-channel", "int16"};
  request.data.inputs = {"x=x.npy", "true", "17"};
  request.data.seed = 18446744073709551615u;
  request.data.calibration = "null";
  request.data.random_weights = 7;
  request.data.dataset = "~";
  request.data.limit = 10;
  request.mode = Mode::functional_only;
  request.verify = Verify::layers;
  request.threads = 5;
  return request;
}

std::string text_of(const Request& request) { return json_line(to_json(request_keys(), request)); }

std::string complaint(const std::string& text) {
  try {
    request_from_text(text, "r");
  } catch (const runtime::UserError& error) {
    return error.what();
  }
  return "";
}

std::string mistake(const Request& request) {
  try {
    check_request(request);
  } catch (const runtime::UserError& error) {
    return error.what();
  }
  return "";
}

Request of_network() {
  Request request;
  request.network = "a.onnx";
  return request;
}

// What the coreutils' sha256sum says of a file that holds `text`.
std::string sha256sum(const std::string& text) {
  const runtime::test::TemporaryFolder folder("sha256sum");
  folder.write("text", text);
  FILE* pipe = popen(("sha256sum <" + folder.file("text")).c_str(), "r");
  REQUIRE(pipe != nullptr);
  char digits[65] = {};
  const size_t count = fread(digits, 1, 64, pipe);
  pclose(pipe);
  REQUIRE(count == 64);
  return digits;
}

}  // namespace

TEST_CASE("request: every key comes back from JSON and from YAML") {
  const auto request = everything();
  const std::string text =
      R"({"network":"nets/a \"b\"\n: c.onnx","program":"","config":{"file":"soc.yaml",)"
      R"("set":["l2.size_bytes=1 MiB","ddr.page_policy=open"]},)"
      R"("import":{"shapes":["x=1,3"],"outputs":["a","b"]},)"
      R"("quant":{"preset":"per-channel","precision":"int16","set":[],"plan":""},)"
      R"("data":{"inputs":["x=x.npy","true","17"],"seed":18446744073709551615,"calibration":"null",)"
      R"("random_weights":7,"dataset":"~","limit":10},"mode":"functional-only","verify":"layers",)"
      R"("compare_float":false,"plain":false,"threads":5})";
  CHECK(text_of(request) == text);
  CHECK(text_of(request_from_text(text, "r")) == text);
  CHECK(text_of(request_from_text(to_yaml(request), "r")) == text);
  CHECK(text_of(request_from_yaml(text, "r")) == text);  // JSON is YAML too
}

TEST_CASE("request: keys left out have their defaults") {
  const auto request = request_from_text(
      "# one line would do\nnetwork: a.onnx\nquant: {precision: int32}\ndata:\n  random_weights: 3\n", "r");
  auto expected = of_network();
  expected.quant.precision = "int32";
  expected.data.random_weights = 3;
  CHECK(text_of(request) == text_of(expected));
}

TEST_CASE("request: mistakes in a text are told with the text's name and the key") {
  CHECK(complaint(R"({"netwrok":"a"})") == "r: unknown key 'netwrok'; did you mean 'network'?");
  CHECK(complaint("data:\n  sed: 1\n") == "r: unknown key 'data.sed'; did you mean 'data.seed'?");
  CHECK(complaint("mode: fast\n") == "r: mode is \"fast\"; expected full, timing-only or functional-only");
  CHECK(complaint("quant: {precision: int4}") ==
        "r: quant.precision is \"int4\"; expected preset, int8, int16, int32, mixed or float32");
  CHECK(complaint("network: a\nnetwork: b\n") == "r: 2:1: key 'network' is given twice");
  CHECK(complaint(R"({"network":"a","network":"b"})") == "r: key 'network' is given twice");
  CHECK(complaint("- a\n") == "r: this is a list; expected an object of keys");
  CHECK(complaint("") != "");
  CHECK(complaint(R"({"network":)").find("r: not JSON: ") == 0);
  CHECK(complaint("network: [").find("not YAML: ") != std::string::npos);
}

TEST_CASE("request: a small text cannot stand for a huge one") {
  std::string text = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1]\n";
  for (int i = 1; i < 12; ++i) {  // nine times as much by each line
    const auto before = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
    for (int n = 1; n < 9; ++n) text += ", " + before;
    text += "]\n";
  }
  CHECK(complaint(text).find("is larger than any request") != std::string::npos);
  CHECK(complaint("network: " + std::string(20, '[') + std::string(20, ']'))
            .find("is larger than any request") != std::string::npos);
}

TEST_CASE("request: its hash is that of its keys sorted by name, without the threads") {
  const std::string canonical =
      R"({"compare_float":false,"config":{"file":"","set":[]},"data":{"calibration":"","dataset":"","inputs":[],"limit":0,)"
      R"("random_weights":null,"seed":0},"import":{"outputs":[],"shapes":[]},"mode":"full","network":"a.onnx","plain":false,"program":"",)"
      R"("quant":{"plan":"","precision":"preset","preset":"tidl-np2-fixed","set":[]},"verify":"none"})";
  auto request = of_network();
  CHECK(canonical_json(request) == canonical);
  CHECK(hash_of(request) == sha256sum(canonical));
  const auto hash = hash_of(request);
  request.threads = 9;
  CHECK(hash_of(request) == hash);
  request.data.seed = 1;
  CHECK(hash_of(request) != hash);
}

TEST_CASE("request: what cannot be performed together is the user's mistake") {
  CHECK(mistake(of_network()) == "");
  auto request = of_network();
  request.program = "p.mma";
  CHECK(mistake(request) == "a request names a network or a program; it names both");
  CHECK(mistake(Request{}) == "a request names a network or a program; it names none");

  request = of_network();
  request.mode = Mode::timing_only;
  CHECK(mistake(request) == "");
  request.verify = Verify::outputs;
  CHECK(mistake(request) == "verify compares values, mode timing-only makes none; ask for one of them");
  request.verify = Verify::none;
  request.data.dataset = "d";
  CHECK(mistake(request).find("data.dataset is classified by values") == 0);

  request = of_network();
  request.quant.preset = "tidl-np";
  CHECK(mistake(request).find("quantization preset 'tidl-np' is unknown") == 0);
  request = of_network();
  request.plain = true;
  CHECK(mistake(request) == "plain: executes compiled programs only");
  request = of_network();
  request.threads = 0;
  CHECK(mistake(request) == "threads is 0; expected 1..1024");

  Request program;
  program.program = "p.mma";
  CHECK(mistake(program) == "");
  program.verify = Verify::layers;
  CHECK(mistake(program).find("verify: ") == 0);
  program.verify = Verify::none;
  program.plain = true;
  CHECK(mistake(program) == "");
  program.mode = Mode::timing_only;
  CHECK(mistake(program) == "plain makes values, mode timing-only makes none; ask for one of them");
  program.plain = false;
  program.data.random_weights = 0;
  CHECK(mistake(program).find("data: ") == 0);
}
