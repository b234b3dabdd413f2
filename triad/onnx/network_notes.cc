#include "triad/onnx/network_notes.h"

#include <algorithm>

#include "triad/base/error.h"

namespace triad::onnx {

std::map<std::string, std::string> network_metadata(
    const graph::Graph& graph, const ExportSettings& settings) {
  std::map<std::string, std::string> metadata = settings.metadata;
  metadata["triad.network"] = graph.name;
  metadata["triad.mean"] =
      fmt::format("{}", fmt::join(graph.preprocessing.mean, ","));
  metadata["triad.deviation"] =
      fmt::format("{}", fmt::join(graph.preprocessing.deviation, ","));
  if (!graph.classes.empty())
    metadata["triad.classes"] =
        fmt::format("{}", fmt::join(graph.classes, ","));
  return metadata;
}

std::string network_doc(const graph::Graph& graph) {
  const auto layers = std::ranges::count_if(
      graph.nodes, [](const graph::Node& node) { return node.find("weight"); });
  return fmt::format("{}: {} layers with weights, {} parameters", graph.name,
                     layers, count(graph).parameters);
}

std::string weight_doc(const encoding::Encoding& weight) {
  const std::vector<float> values = encoding::decode(weight);
  const auto zeros = std::ranges::count(values, 0.0f);
  return fmt::format("{} weights, {} of {} not zero", encoding::name(weight),
                     std::ssize(values) - zeros, values.size());
}

int weight_bits(const encoding::Encoding& weight) {
  const auto* levels = std::get_if<encoding::Levels>(&weight);
  return levels ? levels->bits : 2;
}

void require_one_subnet(const graph::Graph& graph) {
  require(graph.subnets.size() == 1,
          "onnx export: network '{}': expected one subnet, got {}: choose one",
          graph.name, graph.subnets.size());
}

}  // namespace triad::onnx
