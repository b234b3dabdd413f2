#include "triad/format/parameters.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "triad/base/error.h"

namespace triad::format {
namespace {

encoding::Dense to_dense(const Tensor& tensor, const Shape& expected,
                         std::string_view file, std::string_view name) {
  const auto* values = std::get_if<std::vector<float>>(&tensor.values);
  require(values != nullptr, "{}: tensor '{}': expected floats, got integers",
          file, name);
  require(tensor.shape == expected,
          "{}: tensor '{}' has shape {}, the network needs {}", file, name,
          to_string(tensor.shape), to_string(expected));
  require(
      std::ranges::all_of(*values, [](float v) { return std::isfinite(v); }),
      "{}: tensor '{}' holds a value that is not finite", file, name);
  return {tensor.shape, encoding::share(std::vector<float>(*values))};
}

void refuse_extra(const graph::Graph& graph, const TensorFile& tensors,
                  std::string_view file) {
  for (const auto& [name, tensor] : tensors.tensors) {
    const std::size_t dot = name.rfind('.');
    const std::string_view text = name;
    const auto parameter = text.substr(dot == text.npos ? 0 : dot + 1);
    if (parameter == "num_batches_tracked") continue;
    const graph::Node* node =
        dot == text.npos ? nullptr : graph.find(text.substr(0, dot));
    require(node != nullptr && node->find(parameter) != nullptr,
            "{}: tensor '{}' {} has no place in network '{}'", file, name,
            to_string(tensor.shape), graph.name);
  }
}

}  // namespace

void load_parameters(graph::Graph& graph, const TensorFile& tensors,
                     std::string_view file) {
  graph::Graph loaded = graph;
  for (graph::Node& node : loaded.nodes) {
    for (graph::Parameter& parameter : node.parameters) {
      const std::string name = node.name + "." + parameter.name;
      require(std::holds_alternative<encoding::Dense>(parameter.encoding),
              "{}: parameter '{}' of the network is {}, only float networks "
              "take float weights",
              file, name, encoding::name(parameter.encoding));
      const auto found = tensors.tensors.find(name);
      const Shape expected = encoding::shape(parameter.encoding);
      require(found != tensors.tensors.end(),
              "{}: tensor '{}' {} is missing for network '{}'", file, name,
              to_string(expected), graph.name);
      parameter.encoding = to_dense(found->second, expected, file, name);
    }
  }
  refuse_extra(graph, tensors, file);
  graph = std::move(loaded);
}

void load_parameters(graph::Graph& graph, const std::filesystem::path& path) {
  load_parameters(graph, read_safetensors(path), path.string());
}

TensorFile parameter_tensors(const graph::Graph& graph) {
  TensorFile file;
  for (const graph::Node& node : graph.nodes)
    for (const graph::Parameter& parameter : node.parameters)
      file.tensors[node.name + "." + parameter.name] = {
          encoding::shape(parameter.encoding),
          encoding::decode(parameter.encoding)};
  return file;
}

void save_parameters(const graph::Graph& graph,
                     const std::filesystem::path& path) {
  write_safetensors(parameter_tensors(graph), path);
}

}  // namespace triad::format
