#pragma once
// The builders behind the zoo's table, one source file each.

#include <array>

#include "triad/graph/builder.h"
#include "triad/graph/graph.h"
#include "triad/zoo/zoo.h"

namespace triad::zoo {

// LeCun et al. 1998 in Caffe's form: 20 and 50 filters of 5x5, 500 and 10
// outputs.
graph::Graph build_lenet5(const NetworkShape& network);

// The ConvNet of the ADMM papers, Caffe's cifar10_full: 32, 32 and 64 filters
// of 5x5, one linear layer. We differ: no local response normalisation.
graph::Graph build_convnet(const NetworkShape& network);

// Krizhevsky et al. 2012 without groups, batch norm after every layer but the
// last, no dropout (He, Gong, Fan, WACV 2019).
graph::Graph build_alexnet(const NetworkShape& network);

// Simonyan, Zisserman 2015, configuration D, with batch norm.
enum class VggHead { linear, three_linears };  // CIFAR, ImageNet
graph::Graph build_vgg16(const NetworkShape& network, VggHead head);

// He et al. 2016, section 4.2: 6 * blocks + 2 layers, parameter-free (option A)
// shortcuts.
graph::Graph build_cifar_resnet(const NetworkShape& network, int blocks);

// He et al. 2016, section 4.1, as in torchvision (a bottleneck's stride is on
// its 3x3). The CIFAR stem is one 3x3 of stride 1 without pooling.
enum class Stem { imagenet, cifar };
enum class Block { basic, bottleneck };
graph::Graph build_resnet(const NetworkShape& network, Stem stem, Block block,
                          const std::array<int, 4>& blocks);

}  // namespace triad::zoo
