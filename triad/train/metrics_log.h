#pragma once
// The curves of a run: metrics.jsonl and a TensorBoard event file.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "triad/report/event_file.h"

namespace triad::train {

class MetricsLog {
 public:
  // Drops lines after `step`, which a resumed run is about to write again.
  void open(const std::filesystem::path& run, std::int64_t step);
  void write(std::int64_t step, const std::map<std::string, double>& facts);

 private:
  std::filesystem::path path_;
  std::optional<report::EventFile> events_;
};

}  // namespace triad::train
