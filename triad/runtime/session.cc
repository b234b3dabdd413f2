#include "triad/runtime/session.h"

#include <chrono>

namespace triad::runtime {

Session::Session(const Plan& plan, int threads)
    : plan_(plan),
      team_(threads),
      barrier_(threads),
      counters_(plan.steps().size() * std::size_t(threads)) {
  for (int i = 0; i < threads; ++i)
    memory_.push_back(allocate_aligned(plan.memory().size_bytes()));
  // Each thread its own, so that they come into being at the same time.
  team_.run(
      [](void* self, int worker) noexcept {
        const Session& session = *static_cast<Session*>(self);
        session.plan_.memory().prepare(
            session.memory_[std::size_t(worker)].get());
      },
      this);
}

std::int64_t Session::memory_bytes() const {
  return std::int64_t(memory_.size()) * plan_.memory().size_bytes();
}

Frame Session::frame(std::int64_t picture, int worker) noexcept {
  return {pictures_ + picture * plan_.picture_bytes(),
          results_ + picture * plan_.result_floats(),
          memory_[std::size_t(worker)].get()};
}

void Session::run(const std::uint8_t* pictures, std::int64_t count,
                  float* results) noexcept {
  pictures_ = pictures;
  results_ = results;
  count_ = count;
  if (count >= threads()) {
    next_picture_ = 0;
    team_.run(
        [](void* self, int worker) noexcept {
          static_cast<Session*>(self)->run_pictures(worker);
        },
        this);
    return;
  }
  for (picture_ = 0; picture_ < count; ++picture_) {
    for (Counter& counter : counters_)
      counter.next.store(0, std::memory_order_relaxed);
    team_.run(
        [](void* self, int worker) noexcept {
          static_cast<Session*>(self)->run_steps(worker);
        },
        this);
  }
}

// Whole pictures, each on one thread.
void Session::run_pictures(int worker) noexcept {
  for (;;) {
    const std::int64_t picture = next_picture_.fetch_add(1);
    if (picture >= count_) return;
    const Frame work = frame(picture, worker);
    for (const Step& step : plan_.steps())
      step.operation->run(work, 0, step.operation->pieces());
  }
}

// One picture on all threads: steps not worth sharing run on the first, and a
// barrier stands wherever a thread could read what another has not written.
void Session::run_steps(int worker) noexcept {
  const Frame work = frame(picture_, 0);
  bool is_together = true;
  for (std::size_t i = 0; i < plan_.steps().size(); ++i) {
    const Step& step = plan_.steps()[i];
    const Operation& operation = *step.operation;
    if (!step.is_parallel) {
      if (worker == 0) operation.run(work, 0, operation.pieces());
      is_together = false;
      continue;
    }
    if (!is_together) barrier_.wait();
    run_pieces(i, work, worker);
    barrier_.wait();
    is_together = true;
  }
}

// The thread's own columns, then what is left of the others'.
void Session::run_pieces(std::size_t step, const Frame& work,
                         int worker) noexcept {
  const Operation& operation = *plan_.steps()[step].operation;
  const std::int64_t columns = operation.columns();
  const std::int64_t rows = operation.pieces() / columns;
  for (int turn = 0; turn < threads(); ++turn) {
    const std::int64_t owner = (worker + turn) % threads();
    const std::int64_t first = columns * owner / threads();
    const std::int64_t width = columns * (owner + 1) / threads() - first;
    auto& next =
        counters_[step * std::size_t(threads()) + std::size_t(owner)].next;
    for (;;) {
      const std::int64_t i = next.fetch_add(1, std::memory_order_relaxed);
      if (i >= rows * width) break;
      const std::int64_t piece = i / width * columns + first + i % width;
      operation.run(work, piece, piece + 1);
    }
  }
}

void Session::profile(const std::uint8_t* picture, float* result,
                      std::span<std::int64_t> nanoseconds) noexcept {
  using Clock = std::chrono::steady_clock;
  const Frame work{picture, result, memory_[0].get()};
  for (std::size_t i = 0; i < plan_.steps().size(); ++i) {
    const Operation& operation = *plan_.steps()[i].operation;
    const auto start = Clock::now();
    operation.run(work, 0, operation.pieces());
    nanoseconds[i] += (Clock::now() - start).count();
  }
}

}  // namespace triad::runtime
