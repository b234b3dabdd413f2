#pragma once
// Threads that wait for work, for as long as a network is loaded. Where
// base/parallel.h spreads jobs of milliseconds, a team is woken for each run
// and stays together through its steps, so that a step costs a barrier of about
// a tenth of a microsecond and no lock.

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

namespace triad::runtime {

// All threads wait until each has come.
class Barrier {
 public:
  explicit Barrier(int threads) : threads_(threads) {}
  void wait() noexcept;

 private:
  const int threads_;
  std::atomic<int> waiting_{0};
  std::atomic<std::uint32_t> phase_{0};
};

class ThreadTeam {
 public:
  // Starts threads - 1 threads; the caller of run is one more. Throws Error if
  // threads is not in 1..256, std::system_error if they cannot be started.
  explicit ThreadTeam(int threads);
  ~ThreadTeam();
  ThreadTeam(const ThreadTeam&) = delete;
  ThreadTeam& operator=(const ThreadTeam&) = delete;

  int threads() const { return int(workers_.size()) + 1; }

  // Calls body(context, worker) on every thread, worker 0 being the caller's;
  // returns when all are done. One caller at a time.
  using Body = void (*)(void* context, int worker) noexcept;
  void run(Body body, void* context) noexcept;

 private:
  void serve(int worker) noexcept;
  void stop() noexcept;

  Body body_ = nullptr;
  void* context_ = nullptr;
  std::atomic<std::uint32_t> generation_{0};
  std::atomic<int> busy_{0};
  std::atomic<bool> stopping_{false};
  std::vector<std::thread> workers_;
};

}  // namespace triad::runtime
