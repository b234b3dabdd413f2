#include "triad/fpga/array/places.h"

#include <algorithm>

#include "triad/base/divide.h"

namespace triad::fpga {
namespace {

struct Region {
  std::int64_t address, words;
  std::size_t last_reader;
};

// Index of the last stage that reads each stage's output.
std::vector<std::size_t> last_readers(const Workload& workload) {
  std::vector<std::size_t> last(workload.stages.size());
  for (std::size_t i = 0; i < last.size(); ++i) {
    last[i] = std::max(last[i], i);
    for (const int input : workload.stages[i].inputs)
      last[std::size_t(input)] = i;
  }
  return last;
}

// `live` by address.
std::int64_t lowest_gap(const std::vector<Region>& live, std::int64_t words) {
  std::int64_t address = 0;
  for (const Region& region : live) {
    if (address + words <= region.address) break;
    address = std::max(address, region.address + region.words);
  }
  return address;
}

}  // namespace

std::int64_t words_of(const Stream& stream, int lanes) {
  return stream.pixels() * divide_up(stream.channels, lanes);
}

ArrayPlaces plan_places(const Workload& workload, int lanes) {
  const auto last = last_readers(workload);
  ArrayPlaces places;
  std::vector<Region> live;
  for (std::size_t i = 0; i + 1 < workload.stages.size(); ++i) {
    const bool in_place = std::holds_alternative<Add>(workload.stages[i].work);
    std::erase_if(live, [&](const Region& region) {
      return region.last_reader < i + std::size_t(in_place);
    });
    const std::int64_t words = words_of(workload.stages[i].output, lanes);
    const Region region{lowest_gap(live, words), words, last[i]};
    places.address.push_back(region.address);
    places.depth = std::max(places.depth, region.address + words);
    live.push_back(region);
    std::ranges::sort(live, {}, &Region::address);
  }
  places.address.push_back(0);
  return places;
}

}  // namespace triad::fpga
