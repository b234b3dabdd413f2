#include "triad/onnx/network_notes.h"

#include <algorithm>
#include <charconv>

#include "triad/base/error.h"

namespace triad::onnx {
namespace {

using Metadata = std::map<std::string, std::string>;

std::string text(const Metadata& metadata, const std::string& key) {
  const auto found = metadata.find(key);
  return found == metadata.end() ? "" : found->second;
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  if (text.empty()) return parts;
  std::size_t begin = 0;
  for (std::size_t end = 0; end != std::string::npos; begin = end + 1) {
    end = text.find(separator, begin);
    parts.push_back(text.substr(begin, end - begin));
  }
  return parts;
}

// Empty unless all of the text is numbers.
std::vector<float> numbers(const std::string& text) {
  std::vector<float> values;
  for (const std::string& part : split(text, ',')) {
    float value = 0;
    const auto [end, error] =
        std::from_chars(part.data(), part.data() + part.size(), value);
    if (error != std::errc{} || end != part.data() + part.size()) return {};
    values.push_back(value);
  }
  return values;
}

}  // namespace

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
        fmt::format("{}", fmt::join(graph.classes, "\n"));
  return metadata;
}

void apply_network_metadata(graph::Graph& graph, const Metadata& metadata) {
  const auto channels = std::size_t(graph.value(graph.input()).shape[0]);
  const auto mean = numbers(text(metadata, "triad.mean"));
  const auto deviation = numbers(text(metadata, "triad.deviation"));
  if (mean.size() == channels && deviation.size() == channels)
    graph.preprocessing = {mean, deviation};
  const std::string name = text(metadata, "triad.network");
  if (!name.empty()) graph.name = name;
  const std::int64_t outputs = graph.value(graph.outputs[0]).shape[0];
  for (const char separator : {'\n', ','})
    if (const auto classes = split(text(metadata, "triad.classes"), separator);
        graph.classes.empty() && std::ssize(classes) == outputs)
      graph.classes = classes;
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
