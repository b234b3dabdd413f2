#pragma once
// How many pixels the queue in front of each input of each stage must hold, so
// that a pipeline with forks never comes to a stand.
//
// Why it cannot: a stage is a process that reads pixels in a fixed order and
// writes pixels in a fixed order, whatever the timing (a Kahn network; a full
// queue is a process that waits for room, so it is one, too). What such a
// network gives does not depend on the order in which its processes run. Hence
// if one order of execution fits into the queues, no other can come to a stand.
// We execute one: the last stage asks for its pixels one by one, windows ask
// for no pixel before they need it, stages without a window pass on at once;
// the most that ever waits in a queue is its size. Stages read earlier than
// they must (their rings hold more rows), which only adds room.

#include <cstdint>
#include <vector>

#include "triad/fpga/workload.h"

namespace triad::fpga {

// Pixels, [stages][inputs]: at least 1. Above 1 only where paths meet again.
std::vector<std::vector<std::int64_t>> queue_sizes(const Workload& workload);

// The pixel of the input, counted row by row, that output pixel (y, x) of a
// window waits for.
std::int64_t last_needed(const Window& window, const Stream& input,
                         std::int64_t y, std::int64_t x);

}  // namespace triad::fpga
