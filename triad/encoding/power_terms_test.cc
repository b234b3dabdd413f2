#include "triad/encoding/power_terms.h"

#include <gmock/gmock.h>

#include "triad/base/random.h"

namespace triad::encoding {
namespace {

std::vector<int> sum(const std::vector<PowerTerm>& terms, std::size_t size) {
  std::vector<int> sums(size);
  for (const PowerTerm& term : terms)
    for (std::size_t i = 0; i < size; ++i) {
      EXPECT_LE(std::abs(int(term.codes[i])), 1);
      sums[i] += term.codes[i] << term.shift;
    }
  return sums;
}

TEST(PowerTerms, EveryCodeComesBack) {
  for (int code = -128; code <= 127; ++code) {
    const std::vector<std::int8_t> codes = {std::int8_t(code)};
    EXPECT_THAT(sum(power_terms(codes), 1), testing::ElementsAre(code));
  }
}

TEST(PowerTerms, BlocksComeBackWithTermsThatTheyShare) {
  Random random(1);
  for (int round = 0; round < 50; ++round) {
    std::vector<std::int8_t> codes;
    for (int i = 0; i < 24; ++i)
      codes.push_back(std::int8_t(int(random.below(255)) - 127));
    const auto terms = power_terms(codes);
    EXPECT_LE(terms.size(), 8u);
    EXPECT_THAT(sum(terms, codes.size()),
                testing::ElementsAreArray(codes.begin(), codes.end()));
  }
}

TEST(PowerTerms, FewestTerms) {
  const auto count = [](std::vector<std::int8_t> codes) {
    return power_terms(codes).size();
  };
  EXPECT_EQ(count({0, 0}), 0u);
  EXPECT_EQ(count({1, 0, -1}), 1u);
  EXPECT_EQ(count({64, -64, 0}), 1u);
  EXPECT_EQ(count({127}), 2u);  // 128 - 1
  EXPECT_EQ(count({3, -3, 5}), 2u);
}

}  // namespace
}  // namespace triad::encoding
