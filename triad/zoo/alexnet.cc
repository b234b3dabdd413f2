#include <fmt/format.h>

#include "triad/zoo/networks.h"

namespace triad::zoo {

using namespace graph;

Graph build_alexnet(const NetworkShape& network) {
  Builder net(std::string(network.name), network.input);
  ValueId x = net.input();
  int index = 0;  // within the current nn.Sequential
  const auto module = [&](const char* part) {
    return fmt::format("{}.{}", part, index++);
  };
  const auto normalise = [&](const char* part) {
    x = net.add(module(part), BatchNorm{}, {x});
    x = net.add(module(part), Relu{}, {x});
  };
  const auto conv = [&](const Conv2d& op) {
    x = net.conv(module("features"), x, op, true);
    normalise("features");
  };
  const auto pool = [&] {
    x = net.add(module("features"), MaxPool{.kernel = {3, 3}, .stride = {2, 2}},
                {x});
  };
  conv({.outputs = 96,
        .kernel = {11, 11},
        .stride = {4, 4},
        .padding = {2, 2, 2, 2}});
  pool();
  conv({.outputs = 256, .kernel = {5, 5}, .padding = {2, 2, 2, 2}});
  pool();
  for (const std::int64_t outputs : {384, 384, 256})
    conv({.outputs = outputs, .kernel = {3, 3}, .padding = {1, 1, 1, 1}});
  pool();
  x = net.add("flatten", Flatten{}, {x});
  index = 0;
  for (int layer = 0; layer < 2; ++layer) {
    x = net.linear(module("classifier"), x, 4096);
    normalise("classifier");
  }
  x = net.linear(module("classifier"), x, network.classes);
  return net.finish({x});
}

}  // namespace triad::zoo
