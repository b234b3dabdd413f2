#pragma once
// What a sparsity structure removes at a time.

#include <string_view>

namespace triad::encoding {

enum class Structure { none, irregular, pe_group, filter, channel };

std::string_view to_string(Structure structure);  // "pe_group"
// Throws Error naming the choices.
Structure structure_from_string(std::string_view name);

// The block of weights one processing element handles at a time. 0 means the
// whole axis.
struct PeGeometry {
  int outputs = 1;
  int inputs = 16;
  int taps = 0;
  bool operator==(const PeGeometry&) const = default;
};

}  // namespace triad::encoding
