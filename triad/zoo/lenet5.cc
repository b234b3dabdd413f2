#include "triad/zoo/networks.h"

namespace triad::zoo {

using namespace graph;

Graph build_lenet5(const NetworkShape& network) {
  Builder net(std::string(network.name), network.input);
  ValueId x =
      net.conv("conv1", net.input(), {.outputs = 20, .kernel = {5, 5}}, true);
  x = net.add("pool1", MaxPool{}, {x});
  x = net.conv("conv2", x, {.outputs = 50, .kernel = {5, 5}}, true);
  x = net.add("pool2", MaxPool{}, {x});
  x = net.add("flatten", Flatten{}, {x});
  x = net.linear("fc1", x, 500);
  x = net.add("relu1", Relu{}, {x});
  x = net.linear("fc2", x, network.classes);
  return net.finish({x});
}

}  // namespace triad::zoo
