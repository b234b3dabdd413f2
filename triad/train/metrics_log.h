#pragma once
// metrics.jsonl of a run: one JSON object a line, {"step": 390, "train_loss":
// ...}.

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace triad::train {

class MetricsLog {
 public:
  // Drops lines after `step`, which a resumed run is about to write again.
  void open(const std::filesystem::path& run, std::int64_t step);
  // Facts that are not finite are left out.
  void write(std::int64_t step, const std::map<std::string, double>& facts);

 private:
  std::filesystem::path path_;
};

}  // namespace triad::train
