#include "triad/fpga/array/places.h"

#include <gmock/gmock.h>

namespace triad::fpga {
namespace {

Stage stage(Work work, std::vector<int> inputs, std::int64_t channels) {
  return {"", std::move(work), std::move(inputs), {channels, 2, 2, {}}};
}

// A residual block of 8 channels on 4 lanes: 8 words a value.
Workload block() {
  Workload workload;
  workload.stages = {
      stage(InputTable{}, {}, 8),   stage(Convolution{}, {0}, 8),
      stage(Convolution{}, {1}, 8), stage(Add{}, {2, 0}, 8),
      stage(Convolution{}, {3}, 4), stage(Convolution{}, {4}, 2)};
  return workload;
}

TEST(ArrayPlaces, ValuesThatLiveTogetherLieApart) {
  const ArrayPlaces places = plan_places(block(), 4);
  EXPECT_THAT(places.address, testing::ElementsAre(0, 8, 16, 0, 8, 0));
  EXPECT_EQ(places.depth, 24);
}

TEST(ArrayPlaces, AnAddMayWriteOverWhatItEndsButNothingElse) {
  Workload workload = block();
  workload.stages[4].inputs = {0};  // the picture lives on
  const ArrayPlaces places = plan_places(workload, 4);
  EXPECT_EQ(places.address[3], 8);
}

TEST(ArrayPlaces, PixelsTakeWholeWords) {
  EXPECT_EQ(words_of({3, 5, 5, {}}, 4), 25);
  EXPECT_EQ(words_of({5, 5, 5, {}}, 4), 50);
}

}  // namespace
}  // namespace triad::fpga
