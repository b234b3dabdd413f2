#pragma once
// Accuracy of any executor on any data set.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "triad/data/dataset.h"
#include "triad/graph/executor.h"

namespace triad::tools {

struct Accuracy {
  std::int64_t pictures = 0, top1 = 0, top5 = 0;  // top5: label among the five
  double percent() const { return 100.0 * double(top1) / double(pictures); }
  double top5_percent() const {
    return 100.0 * double(top5) / double(pictures);
  }
};

// Throws Error, on behalf of `command`, for pictures of another number of
// channels than `graph` takes: a network of colours says nothing about grey
// ones. That pictures of another size will be fitted goes to stderr.
void check_pictures(const std::string& command, const data::Dataset& pictures,
                    const graph::Graph& graph);

// Runs the first `limit` pictures (0: all) through `executor`, which has loaded
// `graph`; pictures of another size are fitted to the network's input. Progress
// goes to stderr under `title`. Throws Error if the set is empty or has labels
// that the network does not know.
Accuracy evaluate(graph::Executor& executor, const graph::Graph& graph,
                  const data::Dataset& pictures, std::int64_t limit,
                  const std::string& title);

// Pictures first .. first + count of the set, fitted to `shape` [C, H, W], as
// one batch of bytes.
std::vector<std::uint8_t> gather(const data::Dataset& pictures,
                                 std::int64_t first, std::int64_t count,
                                 const Shape& shape);

// Names of --executor: "runtime", which runs lowered graphs only, "reference",
// "rtl" and "rtl_array", generated Verilog of either style under Verilator, or
// "auto": the runtime where it can.
const std::vector<std::string>& executor_names();

struct ExecutorSettings {
  int threads = 0;        // of the runtime; 0: one for each processor
  int stall_percent = 0;  // of "rtl": cycles in which a stream pauses
};

// The executor called so; `graph` is loaded. Throws Error for a float graph on
// anything but the reference.
std::unique_ptr<graph::Executor> make_executor(
    const std::string& name, const graph::Graph& graph,
    const ExecutorSettings& settings = {});

// Indices of the `count` largest of one picture's logits, largest first.
std::vector<std::int64_t> best_classes(std::span<const float> logits,
                                       std::int64_t count);

}  // namespace triad::tools
