#include "triad/encoding/encoding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "triad/base/error.h"

namespace triad::encoding {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

// Two terms over [2, 4] in groups of two inputs; group 1 is dead.
Ternary two_terms() {
  return {{2, 4},
          {Structure::pe_group, {1, 2, 0}, {1, 0, 1, 1}},
          {{share(std::vector<std::int8_t>{1, -1, 0, 0, 0, 1, 1, 1}), {0.5f}},
           {share(std::vector<std::int8_t>{0, 1, 0, 0, -1, 0, 0, 1}),
            {0.25f, -2.0f}}}};
}

Levels four_bits() {
  return {{2, 2}, 4, share(std::vector<std::int8_t>{7, -7, 1, 0}), {0.5f, 2}};
}

TEST(Encoding, DecodesTheSumOfItsTerms) {
  EXPECT_EQ(decode(two_terms()),
            (std::vector<float>{0.5f, -0.25f, 0, 0, 2, 0.5f, 0.5f, -1.5f}));
  EXPECT_EQ(decode(four_bits()), (std::vector<float>{3.5f, -3.5f, 2, 0}));
}

TEST(Encoding, CountsExactBits) {
  EXPECT_EQ(bits(Dense{{3, 5}, share(std::vector<float>(15))}), 15 * 32);
  // 6 living codes of 2 terms, 4 groups, 3 scales.
  EXPECT_EQ(bits(two_terms()), 2 * 6 * 2 + 4 + 3 * 32);
  EXPECT_EQ(bits(four_bits()), 4 * 4 + 2 * 32);
  Ternary whole = two_terms();
  whole.pattern = {};
  EXPECT_EQ(bits(whole), 2 * 8 * 2 + 3 * 32);
}

TEST(Encoding, TellsItsNameAndShape) {
  EXPECT_EQ(name(Encoding(two_terms())), "ternary");
  EXPECT_EQ(name(Encoding(four_bits())), "levels");
  EXPECT_EQ(name(Encoding(Dense{})), "dense");
  EXPECT_EQ(shape(Encoding(two_terms())), (Shape{2, 4}));
}

TEST(Encoding, AcceptsWhatIsWhole) {
  EXPECT_NO_THROW(validate(two_terms(), "fc"));
  EXPECT_NO_THROW(validate(four_bits(), "fc"));
  EXPECT_NO_THROW(validate(Dense{{2}, share(std::vector<float>{1, 2})}, "b"));
}

void expect_refused(const Encoding& encoding) {
  EXPECT_THAT([&] { validate(encoding, "layer1.fc"); },
              ThrowsMessage<Error>(HasSubstr("layer1.fc")));
}

TEST(Encoding, RefusesDamagedDenseWeightsByName) {
  expect_refused(Dense{{3}, share(std::vector<float>{1, 2})});
  expect_refused(Dense{{2}, nullptr});
  expect_refused(Dense{{1}, share(std::vector<float>{std::nanf("")})});
}

TEST(Encoding, RefusesDamagedTernaryWeightsByName) {
  const std::function<void(Ternary&)> damages[] = {
      [](Ternary& t) { t.shape = {8}; },
      [](Ternary& t) {
        t.shape = {2, 5};
      },
      [](Ternary& t) {
        t.shape = {2, 0};
      },
      [](Ternary& t) { t.terms.clear(); },
      [](Ternary& t) { t.terms[0].codes = nullptr; },
      [](Ternary& t) { t.terms[0].codes = share(std::vector<std::int8_t>(7)); },
      [](Ternary& t) {
        t.terms[0].codes =
            share(std::vector<std::int8_t>{2, 0, 0, 0, 1, 1, 1, 1});
      },
      [](Ternary& t) {  // a code in the dead group
        t.terms[0].codes =
            share(std::vector<std::int8_t>{1, 1, 1, 0, 1, 1, 1, 1});
      },
      [](Ternary& t) { t.terms[1].scales = {}; },
      [](Ternary& t) {
        t.terms[1].scales = {1, 2, 3};
      },
      [](Ternary& t) { t.terms[0].scales = {INFINITY}; },
      [](Ternary& t) {
        t.pattern.alive = {1, 0, 1};
      },
      [](Ternary& t) { t.pattern.alive = {}; },
      [](Ternary& t) {
        t.pattern.alive = {1, 1, 1, 1};
      },
      [](Ternary& t) {
        t.pattern.alive = {1, 0, 1, 2};
      },
      [](Ternary& t) { t.pattern.geometry.inputs = 5; },
      [](Ternary& t) { t.pattern.structure = Structure::none; },
  };
  for (const auto& damage : damages) {
    Ternary ternary = two_terms();
    damage(ternary);
    expect_refused(ternary);
  }
}

TEST(Encoding, RefusesDamagedLevelsByName) {
  const std::function<void(Levels&)> damages[] = {
      [](Levels& l) { l.bits = 1; },
      [](Levels& l) { l.bits = 9; },
      [](Levels& l) { l.bits = 3; },  // code 7 is too large
      [](Levels& l) { l.codes = nullptr; },
      [](Levels& l) { l.codes = share(std::vector<std::int8_t>(3)); },
      [](Levels& l) {
        l.scales = {1, 2, 3};
      },
      [](Levels& l) { l.scales[1] = std::nanf(""); },
      [](Levels& l) { l.shape = {}; },
  };
  for (const auto& damage : damages) {
    Levels levels = four_bits();
    damage(levels);
    expect_refused(levels);
  }
  Levels lowest = four_bits();
  lowest.bits = 8;
  lowest.codes = share(std::vector<std::int8_t>{-128, 0, 0, 0});
  expect_refused(lowest);
}

}  // namespace
}  // namespace triad::encoding
