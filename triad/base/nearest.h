#pragma once
// The known word nearest to a mistyped one, for error messages.

#include <span>
#include <string>
#include <string_view>

namespace triad {

// Letters to insert, delete, replace or swap with a neighbour to get from one
// word to the other (restricted Damerau-Levenshtein).
std::size_t edit_distance(std::string_view from, std::string_view to);

// The first of the `known` words with the least distance; empty if there is
// none.
std::string nearest(std::string_view word, std::span<const std::string> known);

}  // namespace triad
