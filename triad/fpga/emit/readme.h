#pragma once
// The README of a package.

#include <string>

#include "triad/fpga/emit/package.h"

namespace triad::fpga {

// How its first line begins, by which a package is known again.
inline constexpr std::string_view kReadmeBeginning = "# triad rtl: ";

std::string readme(const Design& design, const Vectors& vectors,
                   const PackageSettings& settings);

}  // namespace triad::fpga
