#pragma once
// What triad cost found, as records (triad/report/record.h).

#include <filesystem>
#include <string>

#include "triad/fpga/cost/array_price.h"

namespace triad::tools {

// Appends cycles a picture, pictures a second, LUTs, flip-flops, 18-bit block
// RAMs and DSP blocks as records whose names begin with `name`; `command` makes
// them again. Throws Error if the file cannot be written.
void record_price(const std::filesystem::path& file, const std::string& name,
                  const std::string& command, const fpga::Price& price);
void record_price(const std::filesystem::path& file, const std::string& name,
                  const std::string& command, const fpga::ArrayPrice& price);

}  // namespace triad::tools
