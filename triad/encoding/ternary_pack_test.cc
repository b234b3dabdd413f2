#include <gtest/gtest.h>

#include <algorithm>

#include "triad/base/error.h"
#include "triad/encoding/ternary.h"
#include "triad/encoding/test_weights.h"

namespace triad::encoding {
namespace {

using Bytes = std::vector<std::uint8_t>;
using Trits = std::vector<std::int8_t>;

Trits random_codes(std::size_t count, Random& random) {
  Trits codes(count);
  for (std::int8_t& code : codes) code = std::int8_t(int(random.below(3)) - 1);
  return codes;
}

TEST(TernaryPack, RoundTripsAtEverySmallSize) {
  Random random(1);
  for (std::size_t count = 0; count < 70; ++count) {
    const Trits codes = random_codes(count, random);
    EXPECT_EQ(pack_2bit(codes).size(), (count + 3) / 4);
    EXPECT_EQ(pack_5trit(codes).size(), (count + 4) / 5);
    EXPECT_EQ(unpack_2bit(pack_2bit(codes), count), codes);
    EXPECT_EQ(unpack_5trit(pack_5trit(codes), count), codes);
  }
}

TEST(TernaryPack, HasTheBytesOfTheSpecification) {
  const Trits codes{1, -1, 0, 1, -1};
  EXPECT_EQ(pack_2bit(codes), (Bytes{0b01'00'11'01, 0b11}));
  EXPECT_EQ(pack_5trit(codes), (Bytes{2 + 0 + 9 + 54 + 0}));
  EXPECT_EQ(pack_5trit(Trits{1}), (Bytes{2 + 3 + 9 + 27 + 81}));
}

TEST(TernaryPack, EveryByteIsReadBackOrRefused) {
  for (int byte = 0; byte < 256; ++byte) {
    const Bytes bytes{std::uint8_t(byte)};
    const bool has_10 = ((byte >> 1) & ~byte & 0x55) != 0;
    if (has_10) {
      EXPECT_THROW(unpack_2bit(bytes, 4), Error) << byte;
    } else {
      EXPECT_EQ(pack_2bit(unpack_2bit(bytes, 4)), bytes);
    }
    if (byte > 242) {
      EXPECT_THROW(unpack_5trit(bytes, 5), Error) << byte;
    } else {
      EXPECT_EQ(pack_5trit(unpack_5trit(bytes, 5)), bytes);
    }
  }
}

TEST(TernaryPack, OnlyOneFormOfEachSequenceIsAccepted) {
  int accepted_2bit = 0, accepted_5trit = 0;
  for (int byte = 0; byte < 256; ++byte) {
    const Bytes bytes{std::uint8_t(byte)};
    try {
      unpack_2bit(bytes, 3);
      ++accepted_2bit;
    } catch (const Error&) {
    }
    try {
      unpack_5trit(bytes, 3);
      ++accepted_5trit;
    } catch (const Error&) {
    }
  }
  EXPECT_EQ(accepted_2bit, 27);
  EXPECT_EQ(accepted_5trit, 27);
}

TEST(TernaryPack, RefusesAWrongNumberOfBytes) {
  EXPECT_THROW(unpack_2bit(Bytes{0, 0}, 4), Error);
  EXPECT_THROW(unpack_2bit(Bytes{}, 1), Error);
  EXPECT_THROW(unpack_2bit(Bytes{}, SIZE_MAX), Error);
  EXPECT_THROW(unpack_5trit(Bytes{121, 121}, 5), Error);
  EXPECT_THROW(unpack_5trit(Bytes{}, 1), Error);
  EXPECT_THROW(unpack_5trit(Bytes{}, SIZE_MAX), Error);
}

TEST(TernaryPack, RefusesCodesThatAreNotTernary) {
  EXPECT_THROW(pack_2bit(Trits{0, 2}), Error);
  EXPECT_THROW(pack_5trit(Trits{-2}), Error);
}

TEST(LivingCodes, GatherAndScatterRoundTrip) {
  for_many_cases([](const TestCase& made, Random& random) {
    const Ternary encoded =
        encode_ternary(random_weights(element_count(made.shape), random),
                       made.shape, made.pattern, {});
    const Trits living = gather_living(encoded, 0);
    EXPECT_EQ(scatter_living(living, encoded.shape, encoded.pattern),
              *encoded.terms[0].codes);
    const std::int64_t bitmap = std::int64_t(encoded.pattern.alive.size());
    EXPECT_EQ(bits(encoded), 2 * std::int64_t(living.size()) + bitmap + 32);
  });
}

TEST(LivingCodes, OfOneTapGroupsRoundTripAtAnySize) {
  Random random(3);
  for (const PeGeometry geometry :
       {PeGeometry{8, 4, 1}, {3, 5, 1}, {1, 1, 1}, {0, 0, 1}, {16, 1, 1}})
    for (const std::int64_t side : {1, 2, 3, 5}) {
      const Shape shape{16, 10, side, side};
      const Grouping grouping(weight_shape(shape), Structure::pe_group,
                              geometry);
      Trits codes(std::size_t(element_count(shape)));
      for (std::int64_t group = 0; group < grouping.count(); ++group)
        if (random.below(3) > 0)
          grouping.for_each(group, [&](std::int64_t i) {
            codes[std::size_t(i)] = std::int8_t(int(random.below(3)) - 1);
          });
      const Pattern pattern =
          find_pattern(codes, grouping, Structure::pe_group, geometry);
      const Ternary ternary{shape, pattern, {{share(codes), {1.0f}}}};
      const Trits living = gather_living(ternary, 0);
      EXPECT_EQ(std::ssize(living), count_living(pattern, grouping));
      EXPECT_EQ(scatter_living(living, shape, pattern), codes);
    }
}

TEST(LivingCodes, ComeGroupAfterGroup) {
  // Filters of 4 inputs, groups of 2 x 2: group 0 holds columns 0 and 1.
  const Pattern pattern{Structure::pe_group, {2, 2, 0}, {1, 1}};
  const Trits codes{1, -1, 0, 1, /**/ 0, 1, -1, -1};
  const Ternary ternary{{2, 4}, pattern, {{share(codes), {1.0f}}}};
  EXPECT_EQ(gather_living(ternary, 0), (Trits{1, -1, 0, 1, 0, 1, -1, -1}));
}

TEST(LivingCodes, RefuseAWrongCount) {
  const Pattern pattern{Structure::pe_group, {1, 2, 0}, {1, 0}};
  EXPECT_NO_THROW(scatter_living(Trits{1, 0}, {1, 4}, pattern));
  EXPECT_THROW(scatter_living(Trits{1}, {1, 4}, pattern), Error);
  EXPECT_THROW(scatter_living(Trits{1, 0, 0}, {1, 4}, pattern), Error);
  EXPECT_THROW(gather_living({{1, 4}, pattern, {}}, 0), Error);
}

}  // namespace
}  // namespace triad::encoding
