#pragma once
// schedule.h's tiles on the PEs of the array, whatever the layer's size.

#include <string>

#include "triad/fpga/array/layers.h"
#include "triad/fpga/schedule.h"

namespace triad::fpga {

// One unit of settings.pes PEs and settings.lanes lanes, those beyond the layer
// idle; no idle words but those of tiles without any living group.
//
// With several requantisers, PEs p * requantisers and on end in one cycle, so
// their filters are of one word of the output: a tile takes filters of one
// word, or of all words that it spans, in order. Of logits, and where a table
// follows, only the first PE of each such cycle has a filter.
UnitSchedule schedule_tiles(const ArrayLayer& layer, const Stream& input,
                            const ArraySettings& settings,
                            const std::string& name);

}  // namespace triad::fpga
