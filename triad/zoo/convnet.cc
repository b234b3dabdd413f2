#include "triad/zoo/networks.h"

namespace triad::zoo {

using namespace graph;

Graph build_convnet(const NetworkShape& network) {
  Builder net(std::string(network.name), network.input);
  const auto conv = [&](std::string name, ValueId x, std::int64_t outputs) {
    return net.conv(
        name, x,
        {.outputs = outputs, .kernel = {5, 5}, .padding = {2, 2, 2, 2}}, true);
  };
  // Caffe rounds the size of a pooled picture up.
  const AveragePool average{
      .kernel = {3, 3}, .stride = {2, 2}, .ceil_mode = true};
  ValueId x = conv("conv1", net.input(), 32);
  x = net.add("pool1",
              MaxPool{.kernel = {3, 3}, .stride = {2, 2}, .ceil_mode = true},
              {x});
  x = net.add("relu1", Relu{}, {x});
  x = conv("conv2", x, 32);
  x = net.add("relu2", Relu{}, {x});
  x = net.add("pool2", average, {x});
  x = conv("conv3", x, 64);
  x = net.add("relu3", Relu{}, {x});
  x = net.add("pool3", average, {x});
  x = net.add("flatten", Flatten{}, {x});
  x = net.linear("fc1", x, network.classes);
  return net.finish({x});
}

}  // namespace triad::zoo
