#include "triad/encoding/compression_rate.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "triad/base/error.h"

namespace triad::encoding {
namespace {

// is_zero(i) tells whether weight i is zero.
template <typename IsZero>
GroupCensus count_groups(const Grouping& grouping, const IsZero& is_zero) {
  GroupCensus census;
  census.groups = grouping.count();
  for (std::int64_t group = 0; group < grouping.count(); ++group) {
    std::int64_t zeros = 0, size = 0;
    grouping.for_each_run(group, [&](std::int64_t first, std::int64_t length) {
      size += length;
      for (std::int64_t i = first; i < first + length; ++i)
        zeros += is_zero(std::size_t(i));
    });
    if (zeros == size) continue;
    ++census.living;
    census.smallest_zero_share =
        std::min(census.smallest_zero_share, double(zeros) / double(size));
  }
  return census;
}

}  // namespace

GroupCensus census(const Ternary& ternary) {
  const Grouping grouping = grouping_of(ternary.shape, ternary.pattern);
  require(!ternary.terms.empty(), "census: expected at least one ternary term");
  std::vector<std::int8_t> any = *ternary.terms.front().codes;
  for (const TernaryTerm& term : ternary.terms)
    for (std::size_t i = 0; i < any.size(); ++i) any[i] |= (*term.codes)[i];
  return count_groups(grouping, [&](std::size_t i) { return any[i] == 0; });
}

GroupCensus census(std::span<const float> weights, const Grouping& grouping,
                   float zero_below) {
  require(weights.size() == std::size_t(grouping.shape().count()),
          "census: expected {} weights, got {}", grouping.shape().count(),
          weights.size());
  return count_groups(grouping, [&](std::size_t i) {
    return std::abs(weights[i]) <= zero_below;
  });
}

GroupCensus combine(std::span<const GroupCensus> layers) {
  GroupCensus sum;
  for (const GroupCensus& layer : layers) {
    sum.groups += layer.groups;
    sum.living += layer.living;
    sum.smallest_zero_share =
        std::min(sum.smallest_zero_share, layer.smallest_zero_share);
  }
  return sum;
}

double compression_rate(double density, double smallest_zero_share) {
  require(density >= 0 && density <= 1,
          "compression rate: expected a density in [0, 1], got {}", density);
  require(smallest_zero_share >= 0 && smallest_zero_share <= 1,
          "compression rate: expected a zero share in [0, 1], got {}",
          smallest_zero_share);
  const double work = density * (1 - smallest_zero_share);
  return work == 0 ? std::numeric_limits<double>::infinity() : 16 / work;
}

}  // namespace triad::encoding
