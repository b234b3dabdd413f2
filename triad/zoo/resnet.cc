#include <fmt/format.h>

#include "triad/zoo/networks.h"

namespace triad::zoo {

using namespace graph;

namespace {

Conv2d square(std::int64_t outputs, std::int64_t kernel, std::int64_t stride) {
  const std::int64_t padding = kernel / 2;
  return {.outputs = outputs,
          .kernel = {kernel, kernel},
          .stride = {stride, stride},
          .padding = {padding, padding, padding, padding}};
}

// Convolution `name`.conv<index> and batch norm `name`.bn<index>; `name` ends
// in a dot or is empty.
ValueId add_layer(Builder& net, const std::string& name, int index, ValueId x,
                  const Conv2d& op) {
  x = net.conv(fmt::format("{}conv{}", name, index), x, op, false);
  return net.add(fmt::format("{}bn{}", name, index), BatchNorm{}, {x});
}

ValueId add_shortcut(Builder& net, const std::string& name, ValueId x,
                     std::int64_t outputs, std::int64_t stride) {
  if (stride == 1 && net.shape(x)[0] == outputs) return x;
  x = net.conv(name + "downsample.0", x, square(outputs, 1, stride), false);
  return net.add(name + "downsample.1", BatchNorm{}, {x});
}

ValueId add_block(Builder& net, const std::string& name, Block block, ValueId x,
                  std::int64_t width, std::int64_t stride) {
  const auto relu = [&](int index, ValueId from) {
    return net.add(fmt::format("{}relu{}", name, index), Relu{}, {from});
  };
  const bool is_basic = block == Block::basic;
  const std::int64_t outputs = is_basic ? width : 4 * width;
  ValueId y = x;
  if (is_basic) {
    y = relu(1, add_layer(net, name, 1, y, square(width, 3, stride)));
    y = add_layer(net, name, 2, y, square(width, 3, 1));
  } else {
    y = relu(1, add_layer(net, name, 1, y, square(width, 1, 1)));
    y = relu(2, add_layer(net, name, 2, y, square(width, 3, stride)));
    y = add_layer(net, name, 3, y, square(outputs, 1, 1));
  }
  y = net.add(name + "add", Add{},
              {y, add_shortcut(net, name, x, outputs, stride)});
  return relu(is_basic ? 2 : 3, y);
}

ValueId add_stem(Builder& net, Stem stem) {
  const Conv2d op =
      stem == Stem::imagenet ? square(64, 7, 2) : square(64, 3, 1);
  ValueId x = add_layer(net, "", 1, net.input(), op);
  x = net.add("relu", Relu{}, {x});
  if (stem == Stem::cifar) return x;
  return net.add(
      "maxpool",
      MaxPool{.kernel = {3, 3}, .stride = {2, 2}, .padding = {1, 1, 1, 1}},
      {x});
}

}  // namespace

Graph build_resnet(const NetworkShape& network, Stem stem, Block block,
                   const std::array<int, 4>& blocks) {
  Builder net(std::string(network.name), network.input);
  ValueId x = add_stem(net, stem);
  for (int stage = 0; stage < 4; ++stage)
    for (int index = 0; index < blocks[std::size_t(stage)]; ++index)
      x = add_block(net, fmt::format("layer{}.{}.", stage + 1, index), block, x,
                    64 << stage, stage > 0 && index == 0 ? 2 : 1);
  x = net.add("avgpool", GlobalAveragePool{}, {x});
  x = net.add("flatten", Flatten{}, {x});
  return net.finish({net.linear("fc", x, network.classes)});
}

}  // namespace triad::zoo
