#pragma once
// metrics.jsonl of a run: one JSON object a line, {"step": 120, "loss": 0.31,
// ...}, steps rising.

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace triad::report {

struct MetricsLine {
  std::int64_t step = 0;
  std::map<std::string, double>
      values;  // NaN and infinity are written as null, read as NaN

  bool operator==(const MetricsLine&) const = default;
};

std::string to_json(const MetricsLine& line);

// Appends one line and flushes it. Throws Error naming the path and the cause.
void append_metrics(const std::filesystem::path& path, const MetricsLine& line);

// A last line cut off by a kill is left out; a missing file is empty.
// Throws Error naming the path and line for any other damage.
std::vector<MetricsLine> read_metrics(const std::filesystem::path& path);

// For a resumed run: keeps the lines up to and including `last_step`, drops the
// rest in one step.
void truncate_metrics(const std::filesystem::path& path,
                      std::int64_t last_step);

}  // namespace triad::report
