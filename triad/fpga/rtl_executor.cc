#include "triad/fpga/rtl_executor.h"

#include "triad/base/error.h"
#include "triad/fpga/array/design.h"
#include "triad/fpga/fold.h"
#include "triad/fpga/logits.h"
#include "triad/fpga/vectors.h"

namespace triad::fpga {
namespace {

Design make_design(Workload workload, const RtlSettings& settings) {
  if (settings.array)
    return make_array_design(std::move(workload), *settings.array);
  if (!settings.foldings.empty())
    return make_dataflow_design(
        make_plan(std::move(workload), settings.foldings));
  const std::int64_t interval =
      settings.interval > 0 ? settings.interval : default_interval(workload);
  const std::vector<Folding> foldings = fold(workload, interval);
  return make_dataflow_design(make_plan(std::move(workload), foldings));
}

}  // namespace

RtlExecutor::RtlExecutor(RtlSettings settings)
    : settings_(std::move(settings)) {}
RtlExecutor::~RtlExecutor() = default;

graph::Support RtlExecutor::supports(const graph::Node& node) const {
  return fpga::supports(node);
}

void RtlExecutor::load(graph::Graph graph) {
  Workload workload = make_workload(graph);
  logit_scale_ = workload.logit_scale;
  Design design = make_design(std::move(workload), settings_);
  cycles_ = {.expected = design.interval, .limited_by = design.limited_by};
  simulation_ = std::make_unique<Simulation>(std::move(design));
  graph_ = end_at_logits(std::move(graph));
}

std::vector<graph::Tensor> RtlExecutor::run(const graph::Pictures& batch,
                                            std::size_t subnet) {
  graph::require_runnable(graph_, batch, subnet);
  const SimulationResult result =
      simulation_->run(to_pixels(batch), settings_.run);
  auto outputs = graph::make_outputs(graph_, batch.shape[0]);
  require(result.sums.size() == outputs[0].values.size() &&
              std::int64_t(result.times.size()) == batch.shape[0],
          "rtl: the simulation of {} gave {} sums of {} pictures, expected {} "
          "of {}",
          graph_.name, result.sums.size(), result.times.size(),
          outputs[0].values.size(), batch.shape[0]);
  for (std::size_t i = 0; i < result.sums.size(); ++i)
    outputs[0].values[i] =
        logit_scale_[i % logit_scale_.size()] * float(result.sums[i]);
  const auto& first = result.times.front();
  const auto& last = result.times.back();
  cycles_.latency = first.last_out - first.first_in + 1;
  if (result.times.size() > 1)
    cycles_.interval = double(last.last_out - first.last_out) /
                       double(result.times.size() - 1);
  return outputs;
}

}  // namespace triad::fpga
