#include "triad/base/parallel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "triad/base/error.h"

namespace triad {
namespace {

constexpr int kThreadCounts[] = {1, 2, 5};

TEST(ParallelFor, CallsEachIndexExactlyOnce) {
  for (const int threads : kThreadCounts) {
    set_thread_count(threads);
    EXPECT_EQ(thread_count(), threads);
    for (const std::int64_t count : {0, 1, 2, 3, 7, 100, 10007}) {
      std::vector<std::atomic<int>> calls(static_cast<std::size_t>(count));
      parallel_for(count, [&](std::int64_t i) { ++calls[std::size_t(i)]; });
      for (const auto& call : calls) ASSERT_EQ(call, 1);
    }
  }
}

TEST(ParallelFor, RethrowsTheLowestFailureAfterAllAreDone) {
  for (const int threads : kThreadCounts) {
    set_thread_count(threads);
    std::atomic<int> calls{0};
    const auto run = [&] {
      parallel_for(1000, [&](std::int64_t i) {
        ++calls;
        if (i % 100 == 41) fail("body {}", i);
      });
    };
    EXPECT_THAT(run, testing::ThrowsMessage<Error>("body 41"));
    EXPECT_EQ(calls, 1000);
    parallel_for(10, [&](std::int64_t) { ++calls; });
    EXPECT_EQ(calls, 1010) << "the pool works on";
  }
}

TEST(ParallelFor, OnThreadsOfItsOwnDoesTheSame) {
  for (const int threads : {1, 2, 5}) {
    for (const std::int64_t count : {0, 1, 3, 1000}) {
      std::vector<std::atomic<int>> calls(static_cast<std::size_t>(count));
      parallel_for(count, threads,
                   [&](std::int64_t i) { ++calls[std::size_t(i)]; });
      for (const auto& call : calls) ASSERT_EQ(call, 1);
    }
    EXPECT_THAT(
        [&] {
          parallel_for(1000, threads, [](std::int64_t i) {
            if (i % 100 == 41) fail("body {}", i);
          });
        },
        testing::ThrowsMessage<Error>("body 41"));
  }
  EXPECT_THROW(parallel_for(1, 0, [](std::int64_t) {}), Error);
}

TEST(ParallelFor, MayBeNested) {
  for (const int threads : kThreadCounts) {
    set_thread_count(threads);
    std::atomic<int> calls{0};
    parallel_for(20, [&](std::int64_t) {
      parallel_for(30, [&](std::int64_t) { ++calls; });
    });
    EXPECT_EQ(calls, 600);
  }
}

TEST(ParallelFor, MayBeCalledBySeveralThreadsAtOnce) {
  set_thread_count(3);
  std::atomic<int> calls{0};
  const auto work = [&] {
    for (int round = 0; round < 200; ++round)
      parallel_for(50, [&](std::int64_t) { ++calls; });
  };
  std::thread other(work), third(work);
  work();
  other.join();
  third.join();
  EXPECT_EQ(calls, 3 * 200 * 50);
}

TEST(ParallelFor, UsesTheThreadsItIsGiven) {
  set_thread_count(2);
  std::atomic<int> arrived{0};
  // Ends only if both bodies run at the same time.
  parallel_for(2, [&](std::int64_t) {
    ++arrived;
    while (arrived < 2) std::this_thread::yield();
  });
  EXPECT_EQ(arrived, 2);
}

TEST(ThreadCount, MustBePositive) {
  EXPECT_THROW(set_thread_count(0), Error);
  EXPECT_THROW(set_thread_count(-3), Error);
}

}  // namespace
}  // namespace triad
