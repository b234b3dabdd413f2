#include "triad/encoding/pattern.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "triad/base/error.h"
#include "triad/encoding/test_weights.h"

namespace triad::encoding {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(Structure, NamesRoundTrip) {
  for (const Structure structure :
       {Structure::none, Structure::irregular, Structure::pe_group,
        Structure::filter, Structure::channel})
    EXPECT_EQ(structure_from_string(to_string(structure)), structure);
  EXPECT_THAT(
      [] { structure_from_string("pe"); },
      ThrowsMessage<Error>(AllOf(HasSubstr("'pe'"), HasSubstr("pe_group"))));
}

TEST(WeightShape, AcceptsConvolutionAndLinear) {
  EXPECT_EQ(weight_shape({4, 3, 5, 7}).taps, 35);
  EXPECT_EQ(weight_shape({4, 3}).count(), 12);
  for (const Shape& bad : {Shape{}, Shape{4}, Shape{4, 3, 5}, Shape{4, 0},
                           Shape{4, -1}, Shape{1, 1, 1, 1, 1}})
    EXPECT_THROW(weight_shape(bad), Error);
}

TEST(Grouping, CutsEveryWeightIntoExactlyOneGroup) {
  for_many_cases([](const TestCase& made, Random&) {
    const Grouping grouping = grouping_of(made.shape, made.pattern);
    std::vector<int> visits(std::size_t(grouping.shape().count()));
    const std::vector<std::int32_t> group_of = grouping.group_of_weight();
    for (std::int64_t group = 0; group < grouping.count(); ++group) {
      std::int64_t size = 0;
      grouping.for_each(group, [&](std::int64_t i) {
        ++visits[std::size_t(i)];
        EXPECT_EQ(group_of[std::size_t(i)], group);
        ++size;
      });
      EXPECT_EQ(grouping.group_size(group), size);
    }
    EXPECT_THAT(visits, testing::Each(1));
  });
}

// The definition, weight by weight.
TEST(Grouping, NumbersGroupsByOutputInputAndTapBlock) {
  Random random(5);
  for (int round = 0; round < 40; ++round) {
    const TestCase made = random_case(Structure::pe_group, random);
    const WeightShape size = weight_shape(made.shape);
    const PeGeometry& asked = made.pattern.geometry;
    const std::int64_t outputs = asked.outputs ? asked.outputs : size.outputs;
    const std::int64_t inputs = asked.inputs ? asked.inputs : size.inputs;
    const std::int64_t taps = asked.taps ? asked.taps : size.taps;
    const Grouping grouping(size, Structure::pe_group, asked);
    const std::vector<std::int32_t> group_of = grouping.group_of_weight();
    std::size_t i = 0;
    for (std::int64_t k = 0; k < size.outputs; ++k)
      for (std::int64_t c = 0; c < size.inputs; ++c)
        for (std::int64_t t = 0; t < size.taps; ++t, ++i)
          ASSERT_EQ(group_of[i],
                    (k / outputs * grouping.input_blocks() + c / inputs) *
                            grouping.tap_blocks() +
                        t / taps);
  }
}

TEST(Grouping, VisitsOutputsThenInputsThenTapsAscending) {
  const Grouping grouping({2, 4, 3}, Structure::pe_group, {2, 2, 2});
  std::vector<std::int64_t> visited;
  grouping.for_each(2, [&](std::int64_t i) { visited.push_back(i); });
  EXPECT_EQ(visited, (std::vector<std::int64_t>{6, 7, 9, 10, 18, 19, 21, 22}));
}

TEST(Grouping, HasTheStructuresAsSpecialCases) {
  const WeightShape shape{6, 5, 9};
  EXPECT_EQ(Grouping(shape, Structure::none, {}).count(), 1);
  EXPECT_EQ(Grouping(shape, Structure::irregular, {}).count(), 270);
  EXPECT_EQ(Grouping(shape, Structure::filter, {}).count(), 6);
  EXPECT_EQ(Grouping(shape, Structure::channel, {}).count(), 5);
  const Grouping ragged(shape, Structure::pe_group, {1, 3, 0});
  EXPECT_EQ(ragged.count(), 12);
  EXPECT_EQ(ragged.group_size(0), 27);
  EXPECT_EQ(ragged.group_size(1), 18);
}

TEST(Grouping, NamesTheLayerThatIsTooNarrow) {
  const auto make = [](PeGeometry geometry) {
    return [geometry] {
      Grouping({16, 3, 9}, Structure::pe_group, geometry, "conv1.weight");
    };
  };
  EXPECT_THAT(make({1, 16, 0}),
              ThrowsMessage<Error>(
                  AllOf(HasSubstr("conv1.weight"), HasSubstr("16 inputs"))));
  EXPECT_THAT(make({17, 1, 0}),
              ThrowsMessage<Error>(HasSubstr("conv1.weight")));
  EXPECT_THAT(make({1, 1, 10}),
              ThrowsMessage<Error>(HasSubstr("conv1.weight")));
  EXPECT_THAT(make({1, -1, 0}),
              ThrowsMessage<Error>(HasSubstr("conv1.weight")));
  EXPECT_NO_THROW(Grouping({16, 3, 9}, Structure::filter, {1, 16, 0}));
}

TEST(Pattern, MarksTheGroupsThatHoldACode) {
  const Grouping grouping({2, 4, 1}, Structure::pe_group, {1, 2, 0});
  const std::vector<std::int8_t> codes{0, 0, 0, -1, 1, -1, 0, 0};
  EXPECT_EQ(find_pattern(codes, grouping, Structure::pe_group, {1, 2, 0}).alive,
            (std::vector<std::uint8_t>{0, 1, 1, 0}));
  EXPECT_TRUE(find_pattern(codes, grouping, Structure::none, {}).alive.empty());
}

TEST(GroupNorms, AreEuclidean) {
  for_many_cases([](const TestCase& made, Random& random) {
    const Grouping grouping = grouping_of(made.shape, made.pattern);
    const std::vector<float> weights =
        random_weights(grouping.shape().count(), random);
    std::vector<double> squares(std::size_t(grouping.count()));
    const std::vector<std::int32_t> group_of = grouping.group_of_weight();
    for (std::size_t i = 0; i < weights.size(); ++i)
      squares[std::size_t(group_of[i])] += double(weights[i]) * weights[i];
    const std::vector<double> norms = group_norms(weights, grouping);
    for (std::size_t group = 0; group < norms.size(); ++group)
      EXPECT_NEAR(norms[group], std::sqrt(squares[group]), 1e-12);
  });
}

}  // namespace
}  // namespace triad::encoding
