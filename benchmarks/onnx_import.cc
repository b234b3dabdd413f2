// What importing a 50 MB ONNX file costs: time, and memory beyond what the
// process had before, the mapped file included.
//
//   onnx_import [FOLDER]      prints names and values of records

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "triad/base/file.h"
#include "triad/onnx/export.h"
#include "triad/onnx/import.h"
#include "triad/onnx/test_networks.h"
#include "triad/zoo/zoo.h"

namespace triad {
namespace {

namespace fs = std::filesystem;

// ResNet-18 with so many classes that weights and biases take 50 MB.
constexpr std::int64_t kClasses = 2580;

// In a process of its own, so that this one's memory stays small.
void write_network(const fs::path& file) {
  const pid_t child = fork();
  if (child == 0) {
    graph::Graph graph = zoo::make("resnet18", {.classes = kClasses});
    onnx::fill_parameters(graph, 1);
    write_file(file, onnx::float_model(graph));
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
}

double peak_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;)
    if (word == "VmHWM:") {
      double kilobytes = 0;
      status >> kilobytes;
      return kilobytes * 1024;
    }
  return 0;
}

double import_ms(const fs::path& file) {
  const auto begin = std::chrono::steady_clock::now();
  const onnx::Imported imported = onnx::import_file(file);
  const std::chrono::duration<double, std::milli> time =
      std::chrono::steady_clock::now() - begin;
  return imported.graph.nodes.empty() ? 0 : time.count();
}

int run(const fs::path& folder) {
  const fs::path file = folder / "triad_import_50mb.onnx";
  write_network(file);
  const double bytes = double(fs::file_size(file));
  const double before = peak_bytes();
  import_ms(file);
  const double ratio = (peak_bytes() - before) / bytes;
  std::vector<double> times;
  for (int i = 0; i < 15; ++i) times.push_back(import_ms(file));
  std::ranges::sort(times);
  fs::remove(file);
  std::printf("file %.1f MB\n", bytes / 1e6);
  std::printf("onnx.import_50mb.ms %.1f (%.1f..%.1f)\n",
              times[times.size() / 2], times.front(), times.back());
  std::printf("onnx.import_50mb.memory_ratio %.2f\n", ratio);
  return 0;
}

}  // namespace
}  // namespace triad

int main(int count, char** arguments) {
  return triad::run(count > 1 ? std::filesystem::path(arguments[1])
                              : std::filesystem::temp_directory_path());
}
