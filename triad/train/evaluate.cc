#include "triad/train/evaluate.h"

#include <algorithm>
#include <numeric>

#include "triad/base/error.h"
#include "triad/train/batches.h"

namespace triad::train {
namespace {

constexpr std::int64_t kBatch = 500;

}  // namespace

bool has_classes(const graph::Graph& graph) {
  return graph.outputs.size() == 1 &&
         graph.value(graph.outputs.front()).shape.size() == 1;
}

bool has_accuracy(const graph::Graph& graph, const data::Dataset& pictures) {
  return has_classes(graph) && !pictures.classes().empty() &&
         std::ssize(pictures.classes()) <=
             graph.value(graph.outputs.front()).shape[0];
}

Accuracy evaluate(Network& network, const data::DatasetPointer& pictures) {
  const at::NoGradGuard no_gradient;
  const Batches batches(pictures, network.graph());
  std::vector<std::int64_t> indices(std::size_t(batches.count()));
  std::iota(indices.begin(), indices.end(), std::int64_t(0));
  Accuracy accuracy;
  for (std::int64_t first = 0; first < batches.count(); first += kBatch) {
    const std::int64_t count = std::min(kBatch, batches.count() - first);
    const Batch batch = batches.load(
        std::span(indices).subspan(std::size_t(first), std::size_t(count)));
    const at::Tensor labels = batch.labels.to(network.device());
    const at::Tensor logits =
        network.forward(batch.pictures.to(network.device()), false)
            .to(at::kFloat);
    const std::int64_t classes = logits.size(1);
    require(batch.labels.max().item<std::int64_t>() < classes,
            "evaluate: {} has {} outputs, the data set more classes",
            network.graph().name, classes);
    accuracy.loss +=
        at::cross_entropy_loss(logits, labels).item<double>() * double(count);
    // Ranked by how many logits are larger, earlier classes first: ties are
    // decided as argmax does.
    const at::Tensor own = logits.gather(1, labels.unsqueeze(1));
    const at::Tensor earlier =
        at::arange(classes, labels.options()).unsqueeze(0) <
        labels.unsqueeze(1);
    const at::Tensor rank =
        ((logits > own) | ((logits == own) & earlier) | ~logits.isfinite())
            .sum(1);
    accuracy.top1 += (rank < 1).sum().item<std::int64_t>();
    accuracy.top5 +=
        (rank < std::min<std::int64_t>(5, classes)).sum().item<std::int64_t>();
    accuracy.count += count;
  }
  accuracy.loss /= double(accuracy.count);
  return accuracy;
}

Accuracy evaluate(const graph::Graph& graph,
                  const data::DatasetPointer& pictures) {
  Network network(graph);
  return evaluate(network, pictures);
}

}  // namespace triad::train
