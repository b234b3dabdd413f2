#pragma once
// A model in words that change when anything that matters in it changes.

#include <fmt/format.h>

#include <string>

#include "triad/format/model.h"

namespace triad::format {

// graph::dump, then a line for each parameter (its decoded weights in a
// weighted sum), the integers of lowered nodes, and the metadata.
inline std::string describe(const Model& model) {
  const auto checksum = [](const auto& values) {
    double sum = 0;
    std::size_t i = 0;
    for (const auto value : values) sum += double(value) * double(1 + i++ % 97);
    return fmt::format("{} numbers, sum {:a}", values.size(), sum);
  };
  std::string text = graph::dump(model.graph);
  for (const graph::Node& node : model.graph.nodes) {
    for (const graph::Parameter& parameter : node.parameters)
      text += fmt::format("{}.{}: {}, {} bits\n", node.name, parameter.name,
                          checksum(encoding::decode(parameter.encoding)),
                          encoding::bits(parameter.encoding));
    for (const graph::Requantization& entry : node.requantization)
      text += fmt::format(
          "{} shift {}, bias {}, multiplier {}, logits {}, table {}\n",
          node.name, entry.shift, checksum(entry.bias),
          checksum(entry.multiplier), checksum(entry.logit_scale),
          checksum(entry.table));
  }
  for (const graph::Subnet& subnet : model.graph.subnets)
    text += fmt::format("subnet {}: {}\n", subnet.name, checksum(subnet.width));
  text += fmt::format("input table: {}\n", checksum(model.graph.input_table));
  for (const auto& [key, value] : model.metadata)
    text += fmt::format("{} = {}\n", key, value);
  return text;
}

}  // namespace triad::format
