#pragma once
// Accuracy of a network on a data set.

#include <cstdint>

#include "triad/data/dataset.h"
#include "triad/train/network.h"

namespace triad::train {

struct Accuracy {
  std::int64_t count = 0, top1 = 0, top5 = 0;  // pictures
  double loss = 0;                             // mean cross entropy
  double top1_percent() const {
    return count == 0 ? 0.0 : 100.0 * double(top1) / double(count);
  }
  double top5_percent() const {
    return count == 0 ? 0.0 : 100.0 * double(top5) / double(count);
  }
};

// Whether a network's one output is a row of numbers, one a class.
bool has_classes(const graph::Graph& graph);

// Whether accuracy of `graph` on `pictures` means anything: it has classes, and
// they have labels, none beyond its classes.
bool has_accuracy(const graph::Graph& graph, const data::Dataset& pictures);

// With running moments and without augmentation; the network's weight hook
// applies. A picture whose logits are not finite counts as wrong.
// Throws Error if pictures or classes do not fit the network.
Accuracy evaluate(Network& network, const data::DatasetPointer& pictures);
Accuracy evaluate(const graph::Graph& graph,
                  const data::DatasetPointer& pictures);

}  // namespace triad::train
