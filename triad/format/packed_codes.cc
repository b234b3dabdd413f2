#include "triad/format/packed_codes.h"

#include "triad/base/error.h"
#include "triad/base/parallel.h"
#include "triad/encoding/ternary.h"
#include "triad/format/level_codes.h"

namespace triad::format {
namespace {

void unpack(const PackedCodes& packed, encoding::Levels& levels) {
  levels.codes = encoding::share(unpack_levels(
      packed.bytes, levels.bits, std::size_t(element_count(levels.shape))));
}

void unpack(const PackedCodes& packed, encoding::Ternary& ternary) {
  const auto living = std::size_t(encoding::count_living(
      ternary.pattern, encoding::grouping_of(ternary.shape, ternary.pattern)));
  const auto codes = packed.two_bits
                         ? encoding::unpack_2bit(packed.bytes, living)
                         : encoding::unpack_5trit(packed.bytes, living);
  ternary.terms[packed.term].codes = encoding::share(
      encoding::scatter_living(codes, ternary.shape, ternary.pattern));
}

}  // namespace

void unpack_codes(std::span<const PackedCodes> all, int threads,
                  graph::Graph& graph) {
  parallel_for(std::ssize(all), threads, [&](std::int64_t i) {
    const PackedCodes& packed = all[std::size_t(i)];
    graph::Node& node = graph.nodes[packed.node];
    auto& weight = node.parameters[packed.parameter].encoding;
    try {
      if (auto* levels = std::get_if<encoding::Levels>(&weight))
        unpack(packed, *levels);
      else
        unpack(packed, std::get<encoding::Ternary>(weight));
    } catch (const Error& error) {
      fail("node '{}': {}", node.name, error.what());
    }
  });
}

}  // namespace triad::format
