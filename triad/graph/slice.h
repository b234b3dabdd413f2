#pragma once
// Removing filters or input channels from a weight.

#include <cstdint>
#include <vector>

#include "triad/encoding/encoding.h"

namespace triad::graph {

// One flag per filter or channel: whether it stays.
using Kept = std::vector<bool>;

// Rows of a weight [K, ...] (or of a vector [K]), or input channels of a weight
// [K, C, ...]; `kept` has K or C flags, at least one of them set. A pattern is
// found anew from the codes that stay.
encoding::Encoding keep_outputs(const encoding::Encoding& weight,
                                const Kept& kept);
encoding::Encoding keep_inputs(const encoding::Encoding& weight,
                               const Kept& kept);

// Channels that go together where a block of PE-group geometry may only be
// removed whole; 1 where any may go.
std::int64_t output_block(const encoding::Encoding& weight);
std::int64_t input_block(const encoding::Encoding& weight);

}  // namespace triad::graph
