#include "triad/train/metrics_log.h"

#include <chrono>
#include <cmath>

#include "triad/report/metrics.h"

namespace triad::train {
namespace {

double wall_time() {
  return std::chrono::duration<double>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

void MetricsLog::open(const std::filesystem::path& run, std::int64_t step) {
  path_ = run / "metrics.jsonl";
  report::truncate_metrics(path_, step);
  events_.emplace(run, wall_time(), step);
}

void MetricsLog::write(std::int64_t step,
                       const std::map<std::string, double>& facts) {
  report::append_metrics(path_, {step, facts});
  for (const auto& [name, value] : facts)
    if (std::isfinite(value))
      events_->write_scalar(name, step, value, wall_time());
}

}  // namespace triad::train
