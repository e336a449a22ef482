// Weights outside the network file: read from its folder, and from nowhere else.
#include <doctest/doctest.h>

#include <filesystem>

#include "tests/runtime/import/imported.h"

using namespace mmasim::runtime;
using namespace mmasim::runtime::test;
using namespace mmasim::tests;
namespace fs = std::filesystem;

namespace {

struct Entry {
  std::string key, value;
};

// x -> Conv with weights of 2 floats kept outside -> y, saved as net/net.onnx in the folder.
std::string import_with(const TemporaryFolder& folder, const std::vector<Entry>& entries,
                        std::vector<float>* values = nullptr) {
  onnx::TensorProto weights = float_tensor({2, 1, 1, 1}, {});
  weights.set_data_location(onnx::TensorProto::EXTERNAL);
  for (const Entry& entry : entries) {
    auto* added = weights.add_external_data();
    added->set_key(entry.key);
    added->set_value(entry.value);
  }
  OnnxBuilder network(13);
  network.input("x", {1, 1, 2, 2})
      .initializer("w", weights)
      .add_node("Conv", {"x", "w"}, {"y"}, {}, "n")
      .output("y");
  network.save(folder.file("net/net.onnx"));
  std::string message = user_error([&] {
    const Graph graph = import_network(folder.file("net/net.onnx")).graph;
    if (values) *values = *std::get<Conv>(graph.nodes[0].op).weights.values;
  });
  const std::string prefix = folder.file("net/net.onnx") + ": node 'n' (Conv): tensor 'w': ";
  return message.compare(0, prefix.size(), prefix) == 0 ? message.substr(prefix.size()) : message;
}

TemporaryFolder* made(const std::string& name) {
  auto* folder = new TemporaryFolder(name);
  fs::create_directories(folder->file("net/sub"));
  const float numbers[4] = {1, 2, 3, 4};
  const std::string bytes(reinterpret_cast<const char*>(numbers), sizeof numbers);
  folder->write("net/weights.bin", bytes);
  folder->write("net/sub/weights.bin", bytes);
  folder->write("secret.bin", bytes);
  return folder;
}

}  // namespace

TEST_CASE("external data: read at its offset, also from a folder below") {
  const std::unique_ptr<TemporaryFolder> folder(made("external"));
  std::vector<float> values;
  CHECK(import_with(*folder, {{"location", "weights.bin"}}, &values) == "(no error)");
  CHECK(values == std::vector<float>{1, 2});
  CHECK(import_with(*folder, {{"location", "sub/weights.bin"}, {"offset", "8"}, {"length", "8"}}, &values) ==
        "(no error)");
  CHECK(values == std::vector<float>{3, 4});
}

TEST_CASE("external data: never from outside the network's folder") {
  const std::unique_ptr<TemporaryFolder> folder(made("outside"));
  fs::create_symlink(folder->file("secret.bin"), folder->file("net/link.bin"));
  fs::create_directory_symlink(folder->path(), folder->file("net/up"));
  CHECK(import_with(*folder, {{"location", "../secret.bin"}}) ==
        "external data file '../secret.bin' leaves the network's folder; expected a file inside it");
  CHECK(import_with(*folder, {{"location", "sub/../../secret.bin"}}) ==
        "external data file 'sub/../../secret.bin' leaves the network's folder; expected a file inside it");
  CHECK(import_with(*folder, {{"location", "/etc/passwd"}}) ==
        "external data file '/etc/passwd' is an absolute path; expected a file in the network's folder");
  CHECK(import_with(*folder, {{"location", "link.bin"}}) ==
        "external data file 'link.bin' links out of the network's folder; expected a file inside it");
  CHECK(import_with(*folder, {{"location", "up/secret.bin"}}) ==
        "external data file 'up/secret.bin' links out of the network's folder; expected a file inside it");
}

TEST_CASE("external data: missing files and parts that do not fit") {
  const std::unique_ptr<TemporaryFolder> folder(made("missing"));
  CHECK(import_with(*folder, {}) == "an external data file has no valid name");
  CHECK(import_with(*folder, {{"location", "none.bin"}}) ==
        "external data file 'none.bin' cannot be opened: No such file or directory");
  CHECK(import_with(*folder, {{"location", "sub"}}) == "external data file 'sub' is not a regular file");
  CHECK(import_with(*folder, {{"location", "weights.bin"}, {"offset", "9"}}) ==
        "external data file 'weights.bin' has 16 bytes; 8 from byte 9 do not fit");
  CHECK(import_with(*folder, {{"location", "weights.bin"}, {"offset", "-1"}}) ==
        "external data offset is '-1'; expected a number of bytes");
  CHECK(import_with(*folder, {{"location", "weights.bin"}, {"length", "4"}}) ==
        "external data length is 4 bytes; its shape needs 8");
}
