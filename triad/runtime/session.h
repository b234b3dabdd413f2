#pragma once
// Runs a plan: the threads and the memory for it.

#include <atomic>
#include <memory>
#include <span>
#include <vector>

#include "triad/runtime/aligned.h"
#include "triad/runtime/plan.h"
#include "triad/runtime/thread_team.h"

namespace triad::runtime {

class Session {
 public:
  // The plan must outlive the session. Throws Error if threads is out of range,
  // std::bad_alloc, std::system_error.
  Session(const Plan& plan, int threads);

  int threads() const { return team_.threads(); }
  // Of values in flight, for all threads together.
  std::int64_t memory_bytes() const;

  // Runs `count` pictures; allocates nothing. One caller at a time. Batches of
  // at least as many pictures as threads are shared out by picture, smaller
  // ones within each step. The results do not depend on that.
  //   pictures [count, C, H, W]
  //   results  [count, all outputs]
  void run(const std::uint8_t* pictures, std::int64_t count,
           float* results) noexcept;

  // Runs one picture on the caller's thread and adds each step's time to
  // nanoseconds [steps].
  void profile(const std::uint8_t* picture, float* result,
               std::span<std::int64_t> nanoseconds) noexcept;

 private:
  Frame frame(std::int64_t picture, int worker) noexcept;
  void run_pictures(int worker) noexcept;
  void run_steps(int worker) noexcept;
  void run_pieces(std::size_t step, const Frame& work, int worker) noexcept;

  // On a cache line of its own: threads count at the same time.
  struct alignas(kAlignmentBytes) Counter {
    std::atomic<std::int64_t> next{0};
  };

  const Plan& plan_;
  std::vector<AlignedBytes> memory_;  // [threads]
  ThreadTeam team_;
  Barrier barrier_;
  std::vector<Counter> counters_;  // [steps][threads] of each one's pieces
  std::atomic<std::int64_t> next_picture_{0};
  // The run under way.
  const std::uint8_t* pictures_ = nullptr;
  float* results_ = nullptr;
  std::int64_t count_ = 0, picture_ = 0;
};

}  // namespace triad::runtime
