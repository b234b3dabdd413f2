#include "triad/runtime/thread_team.h"

#include "triad/base/error.h"

namespace triad::runtime {
namespace {

// Spins before a waiting thread gives its processor away (about 10 us), and
// before a worker without work goes to sleep (about 50 us).
constexpr int kSpinsBeforeYield = 200;
constexpr int kSpinsBeforeSleep = 1000;

void relax() noexcept {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

template <typename Condition>
void spin_until(Condition condition) noexcept {
  for (int spins = 0; !condition(); ++spins)
    spins < kSpinsBeforeYield ? relax() : std::this_thread::yield();
}

}  // namespace

void Barrier::wait() noexcept {
  const std::uint32_t phase = phase_.load(std::memory_order_relaxed);
  if (waiting_.fetch_add(1, std::memory_order_acq_rel) + 1 == threads_) {
    waiting_.store(0, std::memory_order_relaxed);
    phase_.store(phase + 1, std::memory_order_release);
    return;
  }
  spin_until([&] { return phase_.load(std::memory_order_acquire) != phase; });
}

ThreadTeam::ThreadTeam(int threads) {
  require(threads >= 1 && threads <= 256,
          "runtime: expected 1..256 threads, got {}", threads);
  try {
    for (int worker = 1; worker < threads; ++worker)
      workers_.emplace_back([this, worker] { serve(worker); });
  } catch (...) {
    stop();
    throw;
  }
}

ThreadTeam::~ThreadTeam() { stop(); }

void ThreadTeam::stop() noexcept {
  stopping_ = true;
  ++generation_;
  generation_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void ThreadTeam::run(Body body, void* context) noexcept {
  if (!workers_.empty()) {
    body_ = body;
    context_ = context;
    busy_.store(int(workers_.size()), std::memory_order_relaxed);
    generation_.fetch_add(1, std::memory_order_release);
    generation_.notify_all();
  }
  body(context, 0);
  spin_until([&] { return busy_.load(std::memory_order_acquire) == 0; });
}

void ThreadTeam::serve(int worker) noexcept {
  std::uint32_t seen = 0;
  for (;;) {
    for (int spins = 0; generation_.load(std::memory_order_acquire) == seen;
         ++spins)
      spins < kSpinsBeforeSleep
          ? relax()
          : generation_.wait(seen, std::memory_order_acquire);
    if (stopping_) return;
    ++seen;
    body_(context_, worker);
    busy_.fetch_sub(1, std::memory_order_release);
  }
}

}  // namespace triad::runtime
