#include <fmt/format.h>

#include "triad/zoo/networks.h"

namespace triad::zoo {

using namespace graph;

namespace {

// Option A: every second pixel, new channels zero, on both sides equally.
ValueId add_shortcut(Builder& net, const std::string& block, ValueId x,
                     std::int64_t outputs) {
  const std::int64_t missing = (outputs - net.shape(x)[0]) / 2;
  x = net.add(block + ".shortcut.slice",
              Slice{.rows = {.stride = 2}, .columns = {.stride = 2}}, {x});
  return net.add(block + ".shortcut.pad",
                 Pad{.channels_before = missing, .channels_after = missing},
                 {x});
}

ValueId add_block(Builder& net, const std::string& block, ValueId x,
                  std::int64_t outputs, std::int64_t stride) {
  const auto conv = [&](const char* name, ValueId from, std::int64_t by) {
    return net.conv(block + name, from,
                    {.outputs = outputs,
                     .kernel = {3, 3},
                     .stride = {by, by},
                     .padding = {1, 1, 1, 1}},
                    false);
  };
  ValueId y = conv(".conv1", x, stride);
  y = net.add(block + ".bn1", BatchNorm{}, {y});
  y = net.add(block + ".relu1", Relu{}, {y});
  y = conv(".conv2", y, 1);
  y = net.add(block + ".bn2", BatchNorm{}, {y});
  const ValueId shortcut =
      stride == 1 ? x : add_shortcut(net, block, x, outputs);
  y = net.add(block + ".add", Add{}, {y, shortcut});
  return net.add(block + ".relu2", Relu{}, {y});
}

}  // namespace

Graph build_cifar_resnet(const NetworkShape& network, int blocks) {
  Builder net(std::string(network.name), network.input);
  ValueId x = net.conv(
      "conv1", net.input(),
      {.outputs = 16, .kernel = {3, 3}, .padding = {1, 1, 1, 1}}, false);
  x = net.add("bn1", BatchNorm{}, {x});
  x = net.add("relu", Relu{}, {x});
  for (int stage = 0; stage < 3; ++stage)
    for (int block = 0; block < blocks; ++block)
      x = add_block(net, fmt::format("layer{}.{}", stage + 1, block), x,
                    16 << stage, stage > 0 && block == 0 ? 2 : 1);
  x = net.add("avgpool", GlobalAveragePool{}, {x});
  x = net.add("flatten", Flatten{}, {x});
  return net.finish({net.linear("linear", x, network.classes)});
}

}  // namespace triad::zoo
