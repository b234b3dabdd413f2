#include "triad/base/parallel.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "triad/base/error.h"

namespace triad {
namespace {

using Body = std::function<void(std::int64_t)>;

thread_local bool inside_parallel_for = false;

// One parallel_for under way: indices are handed out in pieces.
class Job {
 public:
  Job(std::int64_t count, const Body& body, int threads)
      : count_(count),
        piece_(std::max<std::int64_t>(1, count / (8 * threads))),
        body_(body) {}

  // Works until no index is left.
  void work() {
    for (;;) {
      const std::int64_t first = next_.fetch_add(piece_);
      if (first >= count_) return;
      const std::int64_t last = std::min(count_, first + piece_);
      for (std::int64_t i = first; i < last; ++i) call(i);
    }
  }

  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  // Keeps the exception of the lowest index: the same at any thread count.
  void call(std::int64_t index) {
    try {
      body_(index);
    } catch (...) {
      const std::lock_guard lock(error_mutex_);
      if (error_ && error_index_ < index) return;
      error_ = std::current_exception();
      error_index_ = index;
    }
  }

  const std::int64_t count_, piece_;
  const Body& body_;
  std::atomic<std::int64_t> next_{0};
  std::mutex error_mutex_;
  std::exception_ptr error_;
  std::int64_t error_index_ = 0;
};

// Waiting workers; the caller of run() is one thread more.
class Pool {
 public:
  explicit Pool(int threads) {
    for (int i = 1; i < threads; ++i)
      workers_.emplace_back([this] { serve(); });
  }

  ~Pool() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    for (std::thread& worker : workers_) worker.join();
  }

  int threads() const { return int(workers_.size()) + 1; }

  // Runs the job on all threads. False, and nothing done, if another thread's
  // job holds the pool.
  bool run(Job& job) {
    const std::unique_lock only(run_mutex_, std::try_to_lock);
    if (!only.owns_lock()) return false;
    {
      const std::lock_guard lock(mutex_);
      job_ = &job;
      ++generation_;
      busy_ = workers_.size();
    }
    wake_.notify_all();
    inside_parallel_for = true;
    job.work();
    inside_parallel_for = false;
    std::unique_lock lock(mutex_);
    done_.wait(lock, [this] { return busy_ == 0; });
    return true;
  }

 private:
  void serve() {
    inside_parallel_for = true;
    std::uint64_t seen = 0;
    std::unique_lock lock(mutex_);
    for (;;) {
      wake_.wait(lock, [&] { return stopping_ || generation_ != seen; });
      if (stopping_) return;
      seen = generation_;
      Job& job = *job_;
      lock.unlock();
      job.work();
      lock.lock();
      if (--busy_ == 0) done_.notify_one();
    }
  }

  std::mutex run_mutex_;  // held for the length of a job
  std::mutex mutex_;      // guards what follows
  std::condition_variable wake_, done_;
  Job* job_ = nullptr;
  std::uint64_t generation_ = 0;
  std::size_t busy_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> workers_;
};

struct Shared {
  std::mutex mutex;
  int threads = std::max(1, int(std::thread::hardware_concurrency()));
  std::unique_ptr<Pool> pool;  // started by the first parallel_for
};

Shared& shared() {
  static Shared instance;
  return instance;
}

Pool& pool() {
  Shared& all = shared();
  const std::lock_guard lock(all.mutex);
  if (!all.pool) all.pool = std::make_unique<Pool>(all.threads);
  return *all.pool;
}

}  // namespace

void set_thread_count(int count) {
  require(count >= 1, "threads: expected at least 1, got {}", count);
  Shared& all = shared();
  const std::lock_guard lock(all.mutex);
  if (all.threads != count) all.pool.reset();
  all.threads = count;
}

int thread_count() {
  Shared& all = shared();
  const std::lock_guard lock(all.mutex);
  return all.threads;
}

void parallel_for(std::int64_t count, int threads, const Body& body) {
  require(threads >= 1, "threads: expected at least 1, got {}", threads);
  std::atomic<std::int64_t> left = count;
  std::vector<std::exception_ptr> errors(
      std::size_t(std::max<std::int64_t>(count, 0)));
  const auto work = [&] {
    for (;;) {
      const std::int64_t i = left.fetch_sub(1) - 1;
      if (i < 0) return;
      try {
        body(i);
      } catch (...) {
        errors[std::size_t(i)] = std::current_exception();
      }
    }
  };
  {
    std::vector<std::jthread> helpers;
    try {
      while (std::ssize(helpers) + 1 < std::min<std::int64_t>(threads, count))
        helpers.emplace_back(work);
    } catch (const std::system_error&) {  // as many as there are
    }
    work();
  }
  for (const std::exception_ptr& error : errors)
    if (error) std::rethrow_exception(error);
}

void parallel_for(std::int64_t count, const Body& body) {
  if (count <= 0) return;
  const int threads = thread_count();
  Job job(count, body, threads);
  const bool alone = count == 1 || threads == 1 || inside_parallel_for;
  if (alone || !pool().run(job)) job.work();
  job.rethrow();
}

}  // namespace triad
