#include "triad/fpga/schedule.h"

#include <gmock/gmock.h>

#include <numeric>

#include "triad/base/divide.h"
#include "triad/base/error.h"
#include "triad/base/random.h"
#include "triad/encoding/power_terms.h"

namespace triad::fpga {
namespace {

struct Problem {
  Convolution layer;
  Stream input;
  Folding folding;
};

std::int64_t taps(const Problem& problem) {
  return problem.layer.window.kernel[0] * problem.layer.window.kernel[1];
}

int pick(Random& random, int low, int high) {
  return low + int(random.below(std::uint32_t(high - low + 1)));
}

// Codes whose blocks of 4 filters x 3 channels x 1 tap die together: ternary
// ones, wider ones, multiples of 4.
std::vector<std::int8_t> random_codes(Random& random, const Problem& problem,
                                      double density) {
  constexpr int kLimits[] = {1, 1, 2, 3, 7, 31};
  const int limit = kLimits[random.below(6)], step = random.below(4) ? 1 : 4;
  const std::int64_t channels = problem.input.channels;
  std::vector<char> alive(std::size_t(divide_up(problem.layer.filters, 4) *
                                      divide_up(channels, 3) * taps(problem)));
  for (char& block : alive) block = random.uniform() < density;
  std::vector<std::int8_t> codes;
  for (std::int64_t k = 0; k < problem.layer.filters; ++k)
    for (std::int64_t c = 0; c < channels; ++c)
      for (std::int64_t tap = 0; tap < taps(problem); ++tap) {
        const std::int64_t block =
            (k / 4 * divide_up(channels, 3) + c / 3) * taps(problem) + tap;
        codes.push_back(alive[std::size_t(block)]
                            ? std::int8_t(step * pick(random, -limit, limit))
                            : 0);
      }
  return codes;
}

std::int64_t term_count(const Problem& problem) {
  if (problem.layer.weight_bits != 2) return 1;
  const auto terms = encoding::power_terms(problem.layer.codes);
  return std::max<std::int64_t>(1, std::ssize(terms));
}

Problem random_problem(Random& random) {
  Problem problem;
  problem.layer.window.kernel = {pick(random, 1, 3), pick(random, 1, 4)};
  problem.layer.filters = pick(random, 1, 40);
  problem.input.channels = pick(random, 1, 20);
  Folding& folding = problem.folding;
  folding.units = pick(random, 1, int(problem.layer.filters));
  folding.pes = pick(random, 1, int(problem.layer.filters) / folding.units);
  folding.lanes = pick(random, 1, int(problem.input.channels));
  do folding.requantisers = pick(random, 1, folding.pes);
  while (folding.pes % folding.requantisers != 0);
  problem.layer.codes = random_codes(random, problem, random.uniform());
  problem.layer.weight_bits = random.below(4) ? 2 : 8;
  return problem;
}

LayerSchedule schedule(const Problem& problem) {
  return schedule(problem.layer, problem.input, problem.folding, "conv");
}

// What the PEs add up: [filters] from values [C][R][S].
std::vector<int> execute(const Problem& problem, const LayerSchedule& schedule,
                         const std::vector<int>& values) {
  const auto& [units, pes, lanes, requantisers] = schedule.folding;
  std::vector<int> result(std::size_t(problem.layer.filters), INT32_MIN);
  for (const UnitSchedule& unit : schedule.units) {
    auto tile = unit.tiles.begin();
    std::vector<int> sums(static_cast<std::size_t>(pes));
    for (const Word& word : unit.words) {
      if (word.doubles)
        for (int& sum : sums) sum *= 2;
      for (std::int64_t pe = 0; pe < pes; ++pe)
        for (std::int64_t lane = 0; lane < lanes; ++lane) {
          const int code = word.codes[std::size_t(pe * lanes + lane)];
          const std::int64_t channel = word.group * lanes + lane;
          EXPECT_LE(std::abs(code), problem.layer.weight_bits == 2 ? 1 : 127);
          if (channel >= problem.input.channels) {
            EXPECT_EQ(code, 0) << "beyond the last channel";
            continue;
          }
          const std::int64_t place =
              (channel * problem.layer.window.kernel[0] + word.row) *
                  problem.layer.window.kernel[1] +
              word.column;
          sums[std::size_t(pe)] += code * values[std::size_t(place)];
        }
      if (!word.last) continue;
      for (std::size_t pe = 0; pe < sums.size(); ++pe)
        if (tile->filters[pe] >= 0)
          result[std::size_t(tile->filters[pe])] = sums[pe];
      std::ranges::fill(sums, 0);
      ++tile;
    }
    EXPECT_EQ(tile, unit.tiles.end());
  }
  for (const std::int64_t filter : schedule.dead_filters) {
    EXPECT_EQ(result[std::size_t(filter)], INT32_MIN) << "has a tile";
    result[std::size_t(filter)] = 0;
  }
  return result;
}

std::vector<int> product(const Problem& problem,
                         const std::vector<int>& values) {
  std::vector<int> result;
  auto code = problem.layer.codes.begin();
  for (std::int64_t k = 0; k < problem.layer.filters; ++k) {
    result.push_back(std::inner_product(values.begin(), values.end(), code, 0));
    code += std::ptrdiff_t(values.size());
  }
  return result;
}

TEST(Schedule, GivesTheLayersProduct) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Random random(seed);
    const Problem problem = random_problem(random);
    std::vector<int> values(
        std::size_t(problem.input.channels * taps(problem)));
    for (int& value : values) value = pick(random, -255, 255);
    ASSERT_EQ(execute(problem, schedule(problem), values),
              product(problem, values))
        << "seed " << seed;
  }
}

TEST(Schedule, EveryTileLastsAsLongAsItsRequantisersNeed) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Random random(seed);
    const Problem problem = random_problem(random);
    const int shortest = problem.folding.pes / problem.folding.requantisers;
    for (const UnitSchedule& unit : schedule(problem).units) {
      int length = 0;
      for (const Word& word : unit.words) {
        ++length;
        if (!word.last) continue;
        EXPECT_GE(length, shortest);
        length = 0;
      }
      EXPECT_EQ(length, 0) << "the last word ends a tile";
    }
  }
}

TEST(Schedule, NeverLastsLongerThanAWalkOverAllGroups) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Random random(seed);
    const Problem problem = random_problem(random);
    const auto& [units, pes, lanes, requantisers] = problem.folding;
    const LayerSchedule result = schedule(problem);
    const std::int64_t groups = taps(problem) *
                                divide_up(problem.input.channels, lanes) *
                                term_count(problem);
    EXPECT_LE(result.words(),
              divide_up(problem.layer.filters, units * pes) *
                  std::max<std::int64_t>(groups + result.idle_doublings,
                                         pes / requantisers));
    EXPECT_EQ(result.words(), count_words(problem.layer, problem.input,
                                          problem.folding, "conv"));
    EXPECT_EQ(result.groups(), divide_up(problem.layer.filters, pes) * groups);
    EXPECT_GE(result.words() * units, result.living());
    for (const UnitSchedule& unit : result.units)
      EXPECT_EQ(std::int64_t(unit.words.size()), result.words());
  }
}

TEST(Schedule, FiltersThatDieAlikeShareATile) {
  Problem problem;
  problem.layer.filters = 8;
  problem.input.channels = 8;
  problem.folding = {.units = 1, .pes = 4, .lanes = 4};
  for (int k = 0; k < 8; ++k)  // even filters read the first half
    for (int c = 0; c < 8; ++c)
      problem.layer.codes.push_back(c / 4 == k % 2 ? 1 : 0);
  const LayerSchedule result = schedule(problem);
  EXPECT_EQ(result.living(), 2);
  EXPECT_THAT(result.units[0].tiles[0].filters,
              testing::ElementsAre(0, 2, 4, 6));
}

TEST(Schedule, UnitsShareTheWorkEvenly) {
  Problem problem;
  problem.layer.filters = 6;
  problem.input.channels = 6;
  problem.folding = {.units = 2, .pes = 1, .lanes = 1};
  for (int k = 0; k < 6; ++k)  // filter k has k + 1 living groups
    for (int c = 0; c < 6; ++c) problem.layer.codes.push_back(c <= k);
  EXPECT_EQ(schedule(problem).words(), 11);  // of 21 / 2
}

Problem of_living_filters(int filters, const std::vector<int>& living) {
  Problem problem;
  problem.layer.filters = filters;
  problem.input.channels = 2;
  problem.layer.codes.assign(std::size_t(2 * filters), 0);
  for (const int filter : living)
    problem.layer.codes[std::size_t(2 * filter)] = 1;
  return problem;
}

TEST(Schedule, FiltersWithoutWeightsTakeNoCycle) {
  Problem problem = of_living_filters(6, {1, 4});
  problem.folding = {.units = 1, .pes = 1, .lanes = 2};
  const LayerSchedule result = schedule(problem);
  EXPECT_EQ(result.words(), 2);
  EXPECT_THAT(result.dead_filters, testing::ElementsAre(0, 2, 3, 5));
  EXPECT_EQ(result.dense_words(), 6);
  EXPECT_EQ(result.groups(), 6);
}

// One PE and one lane: a word for each term of each code.
Problem of_codes(std::vector<std::int8_t> codes) {
  Problem problem;
  problem.input.channels = std::ssize(codes);
  problem.layer.codes = std::move(codes);
  return problem;
}

TEST(Schedule, WiderCodesTakeAWordForEachTernaryTerm) {
  const LayerSchedule result = schedule(of_codes({3, 0, -1, 2}));
  const auto& words = result.units[0].words;
  std::vector<int> digits, groups, doubles;
  for (const Word& word : words) {
    digits.push_back(word.codes[0]);
    groups.push_back(word.group);
    doubles.push_back(word.doubles);
  }
  EXPECT_THAT(digits, testing::ElementsAre(1, 1, 1, -1));  // of 2, then of 1
  EXPECT_THAT(groups, testing::ElementsAre(0, 3, 0, 2));
  EXPECT_THAT(doubles, testing::ElementsAre(0, 0, 1, 0));
  EXPECT_TRUE(words.back().last);
  EXPECT_EQ(result.living(), 4);
  EXPECT_EQ(result.groups(), 8);
  EXPECT_TRUE(result.has_terms());
}

TEST(Schedule, PowersWithoutAWordAreIdleDoublings) {
  // 8 and 1; the doublings to 4 and 2 are idle, that to 1 comes with a word.
  EXPECT_EQ(schedule(of_codes({8, 1})).words(), 4);
  EXPECT_EQ(schedule(of_codes({8, 1})).dense_words(), 6);
  EXPECT_EQ(schedule(of_codes({4, 4})).words(), 4);
  EXPECT_FALSE(schedule(of_codes({1, 0, -1})).has_terms());
  Problem multiplied = of_codes({8, 1});
  multiplied.layer.weight_bits = 8;
  EXPECT_EQ(schedule(multiplied).words(), 2);
  EXPECT_FALSE(schedule(multiplied).has_terms());
}

TEST(Schedule, AUnitWithoutAFilterIsIdle) {
  Problem problem = of_living_filters(6, {1, 4});
  problem.folding = {.units = 3, .pes = 2, .lanes = 2};
  const LayerSchedule result = schedule(problem);
  EXPECT_EQ(result.words(), 2);  // a tile of 2 PEs and 1 requantiser
  for (const UnitSchedule& unit : result.units)
    EXPECT_EQ(unit.tiles.size(), 1u);
  EXPECT_EQ(schedule(of_living_filters(3, {})).words(), 1);
}

TEST(Schedule, AllFiltersHaveATileIfAsked) {
  const Problem problem = of_living_filters(6, {1, 4});
  const LayerSchedule result = fpga::schedule(
      problem.layer, problem.input, problem.folding, "conv", Scheduled::all);
  EXPECT_EQ(result.words(), 6);
  EXPECT_TRUE(result.dead_filters.empty());
}

void expect_error(const Problem& problem, const char* text) {
  try {
    schedule(problem);
    FAIL() << "expected: " << text;
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr(text));
  }
}

TEST(Schedule, RefusesFoldingsThatDoNotFit) {
  Problem problem;
  problem.layer.filters = 4;
  problem.input.channels = 3;
  problem.layer.codes.resize(12);
  problem.folding = {.lanes = 4};
  expect_error(problem, "conv: expected at most as many lanes as its 3 input");
  problem.folding = {.units = 2, .pes = 3};
  expect_error(problem, "conv: expected at most as many PEs as its 4 filters");
  problem.folding = {.pes = 4, .requantisers = 3};
  expect_error(problem, "requantisers that divide its 4 PEs, got 3");
  problem.folding = {.units = 0};
  expect_error(problem, "a folding of at least 1");
}

}  // namespace
}  // namespace triad::fpga
