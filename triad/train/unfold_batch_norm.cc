#include "triad/train/unfold_batch_norm.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "triad/train/batches.h"
#include "triad/train/network.h"

namespace triad::train {
namespace {

using graph::Node;
using graph::ValueId;

constexpr std::int64_t kBatch = 64;
// Trained filters behind a batch norm have norms of 1 to 3 (ResNet-20: 1.7).
constexpr float kFilterNorm = 2;

// Sums over pictures and pixels, [C] each.
struct Sums {
  at::Tensor first, second;
  double count = 0;

  void add(const at::Tensor& outputs) {  // [N, C] or [N, C, H, W]
    const at::Tensor rows =
        outputs.to(at::kCPU, at::kDouble).transpose(0, 1).flatten(1);
    const at::Tensor sum = rows.sum(1), squares = rows.square().sum(1);
    first = first.defined() ? first + sum : sum;
    second = second.defined() ? second + squares : squares;
    count += double(rows.size(1));
  }
  at::Tensor mean() const { return first / count; }
  at::Tensor variance() const {
    return (second / count - mean().square()).clamp_min(0);
  }
};

graph::Parameter parameter(const std::string& name, const at::Tensor& values) {
  const at::Tensor floats = values.to(at::kFloat).contiguous();
  const float* const data = floats.data_ptr<float>();
  return {name, encoding::Dense{{floats.numel()},
                                encoding::share(std::vector<float>(
                                    data, data + floats.numel()))}};
}

std::set<std::string> layers_to_change(const graph::Graph& graph) {
  std::set<std::string> names;
  const Network network(graph);
  for (const Layer& layer : network.layers())
    if (!layer.is_last) names.insert(layer.name);
  return names;
}

// Batch norms that do nothing yet (but for their epsilon), so that the layers'
// own outputs can be measured.
graph::Graph insert(const graph::Graph& graph,
                    const std::set<std::string>& layers) {
  graph::Graph result = graph;
  result.nodes.clear();
  for (const Node& node : graph.nodes) {
    result.nodes.push_back(node);
    if (!layers.contains(node.name)) continue;
    const graph::Value& value = graph.value(node.output);
    const auto between = ValueId(result.values.size());
    result.values.push_back({node.name + ".sum", value.shape});
    result.nodes.back().output = between;
    const at::Tensor zeros = at::zeros({value.shape.front()});
    const at::Tensor ones = zeros + 1;
    result.nodes.push_back(
        {.name = node.name + ".norm",
         .op = graph::BatchNorm{},
         .inputs = {between},
         .output = node.output,
         .parameters = {parameter("weight", ones), parameter("bias", zeros),
                        parameter("running_mean", zeros),
                        parameter("running_var", ones)}});
  }
  return result;
}

std::vector<Sums> measure(const graph::Graph& graph,
                          const std::vector<ValueId>& wanted,
                          const data::DatasetPointer& pictures,
                          std::int64_t count) {
  const at::NoGradGuard no_gradient;
  Network network(graph);
  const Batches batches(pictures, graph);
  std::vector<Sums> sums(wanted.size());
  count = std::min(count, batches.count());
  for (std::int64_t first = 0; first < count; first += kBatch) {
    std::vector<std::int64_t> indices(
        std::size_t(std::min(kBatch, count - first)));
    std::iota(indices.begin(), indices.end(), first);
    const auto values =
        network.values(batches.load(indices).pictures, false, wanted);
    for (std::size_t i = 0; i < wanted.size(); ++i) sums[i].add(values[i]);
  }
  return sums;
}

// Each filter to the norm that He initialisation gives it; factors [K]. Behind
// a batch norm a filter's size changes nothing but how fast it learns, and
// folded ones are small: at the rates of other networks they would run away.
at::Tensor rescale(graph::Parameter& weight) {
  const Shape shape = encoding::shape(weight.encoding);
  at::Tensor filters =
      at::tensor(encoding::decode(weight.encoding)).view({shape[0], -1});
  const at::Tensor norms =
      filters.to(at::kDouble).square().sum(1).sqrt().to(at::kFloat);
  const at::Tensor factors =
      at::where(norms > 0, kFilterNorm / norms, at::ones_like(norms));
  weight = parameter("weight", filters * factors.unsqueeze(1));
  std::get<encoding::Dense>(weight.encoding).shape = shape;
  return factors.to(at::kDouble);
}

void set_moments(Node& layer, Node& norm, const Sums& sums) {
  const at::Tensor mean = sums.mean(), variance = sums.variance();
  at::Tensor bias = at::zeros_like(mean);
  if (const graph::Parameter* own = layer.find("bias")) {
    const std::vector<float> values = encoding::decode(own->encoding);
    bias = at::tensor(values).to(at::kDouble);
    std::erase_if(layer.parameters,
                  [](const auto& each) { return each.name == "bias"; });
  }
  const double epsilon = std::get<graph::BatchNorm>(norm.op).epsilon;
  const at::Tensor factors = rescale(*layer.find("weight"));
  const at::Tensor scaled = variance * factors.square();
  norm.parameters = {parameter("weight", (scaled + epsilon).sqrt() / factors),
                     parameter("bias", mean),
                     parameter("running_mean", (mean - bias) * factors),
                     parameter("running_var", scaled)};
}

}  // namespace

graph::Graph unfold_batch_norm(graph::Graph graph,
                               const data::DatasetPointer& pictures,
                               std::int64_t count) {
  graph = insert(graph, layers_to_change(graph));
  std::vector<ValueId> wanted;
  std::vector<std::size_t> norms;
  for (std::size_t i = 1; i < graph.nodes.size(); ++i) {
    if (graph.nodes[i].name != graph.nodes[i - 1].name + ".norm") continue;
    wanted.push_back(graph.nodes[i].inputs[0]);
    norms.push_back(i);
  }
  const std::vector<Sums> sums = measure(graph, wanted, pictures, count);
  for (std::size_t i = 0; i < norms.size(); ++i)
    set_moments(graph.nodes[norms[i] - 1], graph.nodes[norms[i]], sums[i]);
  validate(graph);
  return graph;
}

}  // namespace triad::train
