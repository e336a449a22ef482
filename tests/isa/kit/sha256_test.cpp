// Vectors of FIPS 180-4 and of the usual collection.
#include "isa/kit/sha256.h"

#include <doctest/doctest.h>

#include <random>
#include <vector>

#include "isa/kit/sha256_blocks.h"

using mmasim::sha256_hex;

TEST_CASE("sha256: published vectors") {
  CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(sha256_hex(std::string(1000000, 'a')) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("sha256: the length takes a second block when it does not fit behind the text") {
  // 55 bytes leave room for the marker and the length, 56 do not.
  CHECK(sha256_hex(std::string(55, 'a')) ==
        "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318");
  CHECK(sha256_hex(std::string(56, 'a')) ==
        "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a");
  CHECK(sha256_hex(std::string(64, 'a')) ==
        "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
}

TEST_CASE("sha256: the processor's instructions give what the plain form gives") {
  const auto fast = mmasim::x86_sha256_blocks();
  if (fast == nullptr) return;  // a host without them
  std::mt19937 generator(5);
  for (const size_t blocks : {0, 1, 2, 7}) {
    std::vector<uint8_t> bytes(blocks * 64);
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(generator());
    mmasim::Sha256State plain, by_instructions;
    for (uint32_t& word : plain) word = static_cast<uint32_t>(generator());
    by_instructions = plain;
    mmasim::sha256_blocks_plain(plain, bytes.data(), blocks);
    fast(by_instructions, bytes.data(), blocks);
    CHECK(by_instructions == plain);
  }
}

TEST_CASE("sha256: bytes in pieces of any size give what they give as one") {
  std::string bytes(1000, 'a');
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7);
  for (const size_t piece : {1, 63, 64, 65, 200}) {
    mmasim::Sha256 sum;
    for (size_t at = 0; at < bytes.size(); at += piece) sum.add(std::string_view(bytes).substr(at, piece));
    CHECK(sum.finish() == sha256_hex(bytes));
  }
}
