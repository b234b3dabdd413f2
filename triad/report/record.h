#pragma once
// One measured fact. Every table, plot and page is rendered from Records alone.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace triad::report {

// A line of results/records.jsonl. Names are
// system.network.data.variant.measure.
struct Record {
  std::string name;  // "s1.resnet20.cifar10.wpc_a.accuracy_percent"
  double value = 0;
  std::string unit;  // "%", "bytes", "x", "images/s"; "1" where dimensionless
  std::string command;  // reproduces it from the repository root
  std::string commit;
  std::string machine;  // processor, threads, libtorch version
  std::uint64_t seed = 0;
  std::string note;  // optional: what a reader must know ("random weights")
};

// One JSON object, no newline. NaN and infinity are refused.
std::string to_json(const Record& record);
// Throws Error naming the line and what is missing or of a wrong type.
Record from_json(std::string_view line);

std::vector<Record> read_records(const std::filesystem::path& path);
// Appends; the file is created if missing.
void append_records(const std::filesystem::path& path,
                    const std::vector<Record>& records);

}  // namespace triad::report
