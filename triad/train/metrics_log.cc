#include "triad/train/metrics_log.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "triad/base/file.h"

namespace triad::train {

void MetricsLog::open(const std::filesystem::path& run, std::int64_t step) {
  path_ = run / "metrics.jsonl";
  std::string kept;
  if (std::filesystem::exists(path_)) {
    std::istringstream lines(read_text(path_));
    for (std::string line; std::getline(lines, line);) {
      // A line cut short by a kill is dropped like one that came too late.
      const auto fact = nlohmann::json::parse(line, nullptr, false);
      if (fact.is_object() && fact.value("step", step + 1) <= step)
        kept += line + "\n";
    }
  }
  write_file(path_, kept);
}

void MetricsLog::write(std::int64_t step,
                       const std::map<std::string, double>& facts) {
  nlohmann::ordered_json line = {{"step", step}};
  for (const auto& [name, value] : facts)
    if (std::isfinite(value)) line[name] = value;
  append_line(path_, line.dump());
}

}  // namespace triad::train
