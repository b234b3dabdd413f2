#pragma once
// One thread pool for everything outside libtorch. Work is cut the same way at
// any thread count, so results never depend on it.

#include <cstdint>
#include <functional>

namespace triad {

// Threads used by parallel_for, the caller included; default: hardware
// concurrency. Throws Error if count < 1. Not to be called while a parallel_for
// runs.
void set_thread_count(int count);
int thread_count();

// Calls body(i) once for every i in [0, count), spread over the pool; returns
// when all are done. Every body runs; then the exception of the lowest failed
// index is rethrown, the same at any thread count. Nested calls, and calls
// while another thread holds the pool, run serially.
void parallel_for(std::int64_t count,
                  const std::function<void(std::int64_t)>& body);

// The same for few, large bodies, on `threads` threads, the caller included,
// that are started for this call (some 30 us each) and gone on return: for
// libraries, whose users neither asked for a pool nor could stop it. Takes the
// last index first, as the last layers of networks are the largest. Where the
// system gives fewer threads, those do the work. Throws Error if threads < 1.
void parallel_for(std::int64_t count, int threads,
                  const std::function<void(std::int64_t)>& body);

}  // namespace triad
