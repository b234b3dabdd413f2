#include "triad/runtime/triad.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <mutex>
#include <new>
#include <span>

#include "triad/base/error.h"
#include "triad/format/reader.h"
#include "triad/runtime/kernels/table.h"
#include "triad/runtime/session.h"

using triad::require;

struct triad_model {
  triad_model(const triad::graph::Graph& graph, int threads)
      : name(graph.name),
        shape(graph.value(graph.input()).shape),
        plan(graph, triad::runtime::choose_kernels(), threads),
        session(plan, threads) {}

  std::size_t picture_bytes() const {
    return std::size_t(plan.picture_bytes());
  }
  std::size_t outputs() const { return std::size_t(plan.result_floats()); }

  const std::string name;
  const triad::Shape shape;
  const triad::runtime::Plan plan;
  std::mutex mutex;  // held for the length of a run
  triad::runtime::Session session;
  std::vector<std::uint8_t> bytes;  // of pictures given as floats
};

namespace {

// Fixed room, so that running out of memory can still be told.
thread_local char last_error[512] = "";

triad_status tell(triad_status status, const char* what) {
  std::snprintf(last_error, sizeof last_error, "%s", what);
  return status;
}

// Calls body(); turns what it throws into a status, Error into `bad`.
template <typename Body>
triad_status guard(triad_status bad, Body body) noexcept {
  try {
    body();
    return TRIAD_OK;
  } catch (const triad::Error& error) {
    return tell(bad, error.what());
  } catch (const std::bad_alloc&) {
    return tell(TRIAD_NO_MEMORY, "out of memory");
  } catch (const std::length_error&) {
    return tell(TRIAD_NO_MEMORY, "out of memory");
  } catch (const std::exception& error) {
    return tell(TRIAD_FAILED, error.what());
  } catch (...) {
    return tell(TRIAD_FAILED, "unknown failure");
  }
}

bool is_thread_count(int threads) { return threads >= 1 && threads <= 256; }

template <typename Read>
triad_status load(int threads, triad_model** model, Read read) noexcept {
  if (!is_thread_count(threads))
    return tell(TRIAD_BAD_ARGUMENT, "triad_load: expected 1..256 threads");
  return guard(TRIAD_BAD_MODEL, [&] {
    const triad::format::Model file = read();
    *model = new triad_model(file.graph, threads);
  });
}

// Throws Error unless the sizes of a run fit the model.
void check_run(const triad_model& model, std::size_t size, std::size_t count,
               std::size_t capacity) {
  constexpr std::size_t kMost = std::numeric_limits<std::int64_t>::max();
  require(count >= 1 && count <= kMost / model.picture_bytes() &&
              count <= kMost / model.outputs(),
          "triad_run: expected at least one picture, got {}", count);
  require(size == count * model.picture_bytes(),
          "triad_run: expected {} values for {} pictures, got {}",
          count * model.picture_bytes(), count, size);
  require(capacity >= count * model.outputs(),
          "triad_run: expected room for {} results, got {}",
          count * model.outputs(), capacity);
}

}  // namespace

triad_status triad_load(const char* path, int threads, triad_model** model) {
  if (!path || !model)
    return tell(TRIAD_BAD_ARGUMENT, "triad_load: expected no null pointer");
  return load(threads, model,
              [&] { return triad::format::read_model(path, threads); });
}

triad_status triad_load_bytes(const void* bytes, std::size_t size, int threads,
                              triad_model** model) {
  if (!bytes || !model)
    return tell(TRIAD_BAD_ARGUMENT,
                "triad_load_bytes: expected no null pointer");
  return load(threads, model, [&] {
    return triad::format::read_model(
        std::span(static_cast<const std::byte*>(bytes), size), "model",
        threads);
  });
}

triad_status triad_describe(const triad_model* model,
                            triad_description* description) {
  if (!model || !description)
    return tell(TRIAD_BAD_ARGUMENT, "triad_describe: expected no null pointer");
  *description = {.name = model->name.c_str(),
                  .kernels = model->plan.kernels().name,
                  .channels = std::size_t(model->shape[0]),
                  .height = std::size_t(model->shape[1]),
                  .width = std::size_t(model->shape[2]),
                  .outputs = model->outputs(),
                  .threads = std::size_t(model->session.threads()),
                  .weight_bytes = std::size_t(model->plan.weight_bytes()),
                  .value_bytes = std::size_t(model->session.memory_bytes())};
  return TRIAD_OK;
}

triad_status triad_run(triad_model* model, const std::uint8_t* pictures,
                       std::size_t size, std::size_t count, float* results,
                       std::size_t capacity) {
  if (!model || !pictures || !results)
    return tell(TRIAD_BAD_ARGUMENT, "triad_run: expected no null pointer");
  return guard(TRIAD_BAD_ARGUMENT, [&] {
    check_run(*model, size, count, capacity);
    const std::lock_guard lock(model->mutex);
    model->session.run(pictures, std::int64_t(count), results);
  });
}

triad_status triad_run_floats(triad_model* model, const float* pictures,
                              std::size_t size, std::size_t count,
                              float* results, std::size_t capacity) {
  if (!model || !pictures || !results)
    return tell(TRIAD_BAD_ARGUMENT,
                "triad_run_floats: expected no null pointer");
  return guard(TRIAD_BAD_ARGUMENT, [&] {
    check_run(*model, size, count, capacity);
    const std::span values(pictures, size);
    require(std::ranges::none_of(values, [](float x) { return std::isnan(x); }),
            "triad_run_floats: expected numbers, got a NaN");
    const std::lock_guard lock(model->mutex);
    model->bytes.resize(size);
    std::ranges::transform(values, model->bytes.begin(), [](float x) {
      return std::uint8_t(std::lround(255 * std::clamp(x, 0.0f, 1.0f)));
    });
    model->session.run(model->bytes.data(), std::int64_t(count), results);
  });
}

void triad_free(triad_model* model) { delete model; }

const char* triad_error(void) { return last_error; }
