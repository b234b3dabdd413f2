#pragma once
// The generated Verilog as an Executor: pictures stream through it under
// Verilator, and the logits are those of the reference, bit for bit. It runs
// the graph as far as the design goes, to its logits (logits.h): whoever
// compares loads end_at_logits(graph) into the judge.

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "triad/fpga/array/program.h"
#include "triad/fpga/schedule.h"
#include "triad/fpga/simulate/simulation.h"
#include "triad/graph/executor.h"

namespace triad::fpga {

struct RtlSettings {
  std::vector<Folding> foldings = {};  // of each stage; empty: by the interval
  std::int64_t interval = 0;           // cycles a picture; 0: fold.h's own
  std::optional<ArraySettings> array = {};  // the array style, not dataflow
  RunSettings run = {};
};

// What a run took, in clock cycles.
struct RtlCycles {
  std::int64_t latency = 0;   // first picture: first beat in to last beat out
  double interval = 0;        // a picture, over those after the first; 0: no
                              // run had more than one
  std::int64_t expected = 0;  // a picture at best, by what limits the design
  std::string limited_by;     // "the slowest stage", "all steps in turn"
};

class RtlExecutor : public graph::Executor {
 public:
  explicit RtlExecutor(RtlSettings settings = {});
  ~RtlExecutor() override;

  graph::Support supports(const graph::Node& node) const override;

  // Emits and compiles. Throws Error naming the node that the target cannot
  // run, and what is missing where it cannot compile.
  void load(graph::Graph graph) override;

  std::vector<graph::Tensor> run(const graph::Pictures& batch,
                                 std::size_t subnet = 0) override;

  // Of the latest run; the interval of the latest with several pictures.
  const RtlCycles& cycles() const { return cycles_; }

 private:
  RtlSettings settings_;
  graph::Graph graph_;
  std::vector<float> logit_scale_;
  std::unique_ptr<Simulation> simulation_;
  RtlCycles cycles_;
};

}  // namespace triad::fpga
