#include "triad/base/sha256.h"

#include <gtest/gtest.h>

#include <string>

namespace triad {
namespace {

// FIPS 180-4 examples, as published by NIST.
TEST(Sha256, MatchesThePublishedVectors) {
  EXPECT_EQ(sha256(std::string_view("")),
            "e3b0c44298fc1c149afbf4c8996fb924"
            "27ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256(std::string_view("abc")),
            "ba7816bf8f01cfea414140de5dae2223"
            "b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256(std::string_view("abcdbcdecdefdefgefghfghighijhijk"
                                    "ijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039"
            "a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256(std::string_view(std::string(1000000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67"
            "f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, IsTheSameHoweverTheBytesArrive) {
  std::string text;
  for (int size = 0; size < 200; ++size) {
    Sha256 pieces;
    for (std::size_t start = 0; start < text.size(); start += 7)
      pieces.update(std::string_view(text).substr(start, 7));
    EXPECT_EQ(pieces.hex(), sha256(std::string_view(text))) << size;
    text.push_back(char('a' + size % 26));
  }
}

TEST(Sha256, GoesOnAfterHex) {
  Sha256 hash;
  hash.update("ab");
  (void)hash.hex();
  EXPECT_EQ(hash.update("c").hex(), sha256(std::string_view("abc")));
}

}  // namespace
}  // namespace triad
