#include <fmt/format.h>

#include "triad/zoo/networks.h"

namespace triad::zoo {

using namespace graph;

namespace {

ValueId add_features(Builder& net) {
  constexpr std::int64_t kPool = 0;
  ValueId x = net.input();
  int index = 0;
  const auto module = [&] { return fmt::format("features.{}", index++); };
  for (const std::int64_t outputs : {64, 64, 0, 128, 128, 0, 256, 256, 256, 0,
                                     512, 512, 512, 0, 512, 512, 512, 0}) {
    if (outputs == kPool) {
      x = net.add(module(), MaxPool{}, {x});
      continue;
    }
    x = net.conv(
        module(), x,
        {.outputs = outputs, .kernel = {3, 3}, .padding = {1, 1, 1, 1}}, true);
    x = net.add(module(), BatchNorm{}, {x});
    x = net.add(module(), Relu{}, {x});
  }
  return x;
}

}  // namespace

Graph build_vgg16(const NetworkShape& network, VggHead head) {
  Builder net(std::string(network.name), network.input);
  ValueId x = net.add("flatten", Flatten{}, {add_features(net)});
  if (head == VggHead::linear)
    return net.finish({net.linear("classifier", x, network.classes)});
  for (const int first : {0, 3}) {
    x = net.linear(fmt::format("classifier.{}", first), x, 4096);
    x = net.add(fmt::format("classifier.{}", first + 1), Relu{}, {x});
    x = net.add(fmt::format("classifier.{}", first + 2), Dropout{}, {x});
  }
  return net.finish({net.linear("classifier.6", x, network.classes)});
}

}  // namespace triad::zoo
