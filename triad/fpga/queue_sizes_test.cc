#include "triad/fpga/queue_sizes.h"

#include <gtest/gtest.h>

#include "triad/base/random.h"

namespace triad::fpga {
namespace {

Stage stage(Work work, std::vector<int> inputs, std::int64_t height,
            std::int64_t width) {
  return {"stage", std::move(work), std::move(inputs), {1, height, width, {}}};
}

// 3x3 with padding 1, or any other that gives as many pixels.
Work same_size(std::int64_t kernel) {
  Convolution layer;
  layer.window = {{kernel, kernel}, {1, 1}, kernel / 2, kernel / 2};
  return layer;
}

// input -> fork -> kernel x kernel -> kernel x kernel -> add <- fork
Workload residual_block(std::int64_t kernel, std::int64_t height,
                        std::int64_t width) {
  Workload workload;
  workload.stages = {stage(InputTable{}, {}, height, width),
                     stage(same_size(kernel), {0}, height, width),
                     stage(same_size(kernel), {1}, height, width),
                     stage(Add{}, {2, 0}, height, width)};
  return workload;
}

TEST(QueueSizes, AShortcutHoldsWhatTwoWindowsWaitFor) {
  // Pixel (0, 0) waits for (1, 1) of the first layer, that for (2, 2).
  EXPECT_EQ(queue_sizes(residual_block(3, 8, 10))[3][1], 2 * 10 + 3);
  EXPECT_EQ(queue_sizes(residual_block(1, 8, 10))[3][1], 1);
}

TEST(QueueSizes, NothingWaitsWhereNoPathsMeet) {
  Workload chain = residual_block(3, 6, 6);
  chain.stages.pop_back();
  for (const auto& inputs : queue_sizes(chain))
    for (const std::int64_t size : inputs) EXPECT_EQ(size, 1);
}

// Random blocks behind each other, shortcuts with and without stride.
Workload random_network(Random& random) {
  std::int64_t height = 4 + random.below(5), width = 4 + random.below(5);
  Workload workload;
  workload.stages = {stage(InputTable{}, {}, height, width)};
  for (int block = 0; block < 3; ++block) {
    const int from = int(workload.stages.size()) - 1;
    const bool halves = random.below(2) && height > 2 && width > 2;
    const std::int64_t stride = halves ? 2 : 1;
    if (halves) height = (height + 1) / 2, width = (width + 1) / 2;
    const auto add = [&](Work work, int input) {
      workload.stages.push_back(stage(std::move(work), {input}, height, width));
      return int(workload.stages.size()) - 1;
    };
    Convolution first;
    first.window = {{3, 3}, {stride, stride}, 1, 1};
    int path = add(first, from);
    for (std::uint32_t i = random.below(3); i > 0; --i)
      path = add(same_size(1 + 2 * std::int64_t(random.below(3))), path);
    int shortcut = from;
    if (halves || random.below(2))
      shortcut = add(Subsample{.stride = {stride, stride}}, from);
    workload.stages.push_back(stage(Add{},
                                    random.below(2)
                                        ? std::vector{path, shortcut}
                                        : std::vector{shortcut, path},
                                    height, width));
  }
  return workload;
}

// Runs stages in a random order with queues of these sizes; stages read as
// early as `ahead` pixels before they must.
class BoundedRun {
 public:
  BoundedRun(const Workload& workload,
             std::vector<std::vector<std::int64_t>> sizes, std::int64_t ahead)
      : workload_(workload), sizes_(std::move(sizes)), ahead_(ahead) {
    for (const auto& inputs : sizes_) waiting_.emplace_back(inputs.size(), 0);
    read_.resize(sizes_.size());
    written_.resize(sizes_.size());
  }

  bool finishes(Random& random, std::int64_t pictures) {
    const std::int64_t target =
        pictures * workload_.stages.back().output.pixels();
    while (written_.back() < target) {
      bool moved = false;
      for (const std::int64_t i :
           permutation(std::int64_t(sizes_.size()), random.next()))
        moved |= step(std::size_t(i));
      if (!moved) return false;
    }
    return true;
  }

 private:
  // Input pixels that the next output pixel waits for.
  std::int64_t needed(std::size_t i) const {
    const Stage& what = workload_.stages[i];
    const std::int64_t pixels = what.output.pixels();
    const std::int64_t picture = written_[i] / pixels;
    std::int64_t last = -1;
    for (std::int64_t p = 0; p <= written_[i] % pixels; ++p) {
      const std::int64_t y = p / what.output.width, x = p % what.output.width;
      Window window;
      if (const Window* own = window_of(what.work)) window = *own;
      if (const auto* own = std::get_if<Subsample>(&what.work))
        window.stride = own->stride;
      last = std::max(last, last_needed(window, workload_.input(what), y, x));
    }
    return picture * workload_.input(what).pixels() + last + 1;
  }

  bool step(std::size_t i) {
    const Stage& what = workload_.stages[i];
    if (what.inputs.empty() || read_[i] >= needed(i)) return write(i);
    return read(i);
  }

  bool read(std::size_t i) {
    for (const std::int64_t waiting : waiting_[i])
      if (waiting == 0) return false;
    for (std::int64_t& waiting : waiting_[i]) --waiting;
    ++read_[i];
    return true;
  }

  bool write(std::size_t i) {
    const auto for_each_reader = [&](auto visit) {
      for (std::size_t j = 0; j < sizes_.size(); ++j)
        for (std::size_t k = 0; k < sizes_[j].size(); ++k)
          if (workload_.stages[j].inputs[k] == int(i)) visit(j, k);
    };
    bool room = true;
    for_each_reader(
        [&](auto j, auto k) { room &= waiting_[j][k] < sizes_[j][k]; });
    // With no room a window may still read ahead.
    if (!room)
      return !workload_.stages[i].inputs.empty() &&
             read_[i] < needed(i) + ahead_ && read(i);
    for_each_reader([&](auto j, auto k) { ++waiting_[j][k]; });
    ++written_[i];
    return true;
  }

  const Workload& workload_;
  std::vector<std::vector<std::int64_t>> sizes_, waiting_;
  std::vector<std::int64_t> read_, written_;
  std::int64_t ahead_;
};

TEST(QueueSizes, NoOrderOfExecutionComesToAStand) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Random random(seed);
    const Workload workload = random_network(random);
    const std::int64_t ahead = seed % 3 * 5;
    BoundedRun run(workload, queue_sizes(workload), ahead);
    EXPECT_TRUE(run.finishes(random, 3)) << "seed " << seed;
  }
}

TEST(QueueSizes, OnePixelLessComesToAStand) {
  const Workload workload = residual_block(3, 6, 7);
  auto sizes = queue_sizes(workload);
  --sizes[3][1];
  Random random(1);
  EXPECT_FALSE(BoundedRun(workload, sizes, 0).finishes(random, 1));
}

}  // namespace
}  // namespace triad::fpga
