#pragma once
// Foldings on disk, for people and tools to edit:
//
//   {"conv1": {"units": 2, "pes": 4, "lanes": 3, "requantisers": 1},
//    "pool1": {"lanes": 4}, ...}
//
// What is left out is 1; lanes alone count for stages without weights.

#include <filesystem>
#include <string>
#include <vector>

#include "triad/fpga/schedule.h"
#include "triad/fpga/workload.h"

namespace triad::fpga {

// A line a stage.
std::string to_json(const Workload& workload,
                    const std::vector<Folding>& foldings);

// Foldings of all stages but the input table. Throws Error naming the file and
// the stage: no JSON, a stage missing or unknown, a number below 1, a key that
// does not exist.
std::vector<Folding> read_foldings(const std::filesystem::path& file,
                                   const Workload& workload);

}  // namespace triad::fpga
