#include "triad/zoo/zoo.h"

#include <algorithm>
#include <numeric>
#include <string>

#include "triad/base/error.h"
#include "triad/zoo/networks.h"

namespace triad::zoo {
namespace {

using graph::Graph;
using graph::Preprocessing;

// The mean of `values`, for each of `channels`; `values` itself where it has as
// many.
std::vector<float> spread(const std::vector<float>& values,
                          std::size_t channels) {
  if (values.size() == channels) return values;
  const float sum = std::accumulate(values.begin(), values.end(), 0.0f);
  return std::vector<float>(channels, sum / float(values.size()));
}

std::vector<Entry> make_entries() {
  const Shape mnist = {1, 28, 28}, cifar = {3, 32, 32},
              imagenet = {3, 224, 224};
  const Preprocessing grey = {{0.1307f}, {0.3081f}};
  const Preprocessing colour = {{0.485f, 0.456f, 0.406f},
                                {0.229f, 0.224f, 0.225f}};
  using N = const NetworkShape&;
  return {
      {"lenet5", "LeNet-5, Caffe's 20-50-500-10 (MNIST)", 10, mnist, grey,
       build_lenet5},
      {"convnet", "ConvNet, Caffe's 32-32-64 without LRN (CIFAR-10)", 10, cifar,
       colour, build_convnet},
      {"alexnet", "AlexNet with batch norm, no groups (ImageNet)", 1000,
       imagenet, colour, build_alexnet},
      {"vgg16", "VGG-16 with batch norm (ImageNet)", 1000, imagenet, colour,
       [](N n) { return build_vgg16(n, VggHead::three_linears); }},
      {"vgg16_cifar", "VGG-16 with batch norm, one linear layer (CIFAR-10)", 10,
       cifar, colour, [](N n) { return build_vgg16(n, VggHead::linear); }},
      {"resnet20", "ResNet-20, option A (CIFAR-10)", 10, cifar, colour,
       [](N n) { return build_cifar_resnet(n, 3); }},
      {"resnet32", "ResNet-32, option A (CIFAR-10)", 10, cifar, colour,
       [](N n) { return build_cifar_resnet(n, 5); }},
      {"resnet44", "ResNet-44, option A (CIFAR-10)", 10, cifar, colour,
       [](N n) { return build_cifar_resnet(n, 7); }},
      {"resnet56", "ResNet-56, option A (CIFAR-10)", 10, cifar, colour,
       [](N n) { return build_cifar_resnet(n, 9); }},
      {"resnet110", "ResNet-110, option A (CIFAR-10)", 10, cifar, colour,
       [](N n) { return build_cifar_resnet(n, 18); }},
      {"resnet18", "ResNet-18 (ImageNet)", 1000, imagenet, colour,
       [](N n) {
         return build_resnet(n, Stem::imagenet, Block::basic, {2, 2, 2, 2});
       }},
      {"resnet34", "ResNet-34 (ImageNet)", 1000, imagenet, colour,
       [](N n) {
         return build_resnet(n, Stem::imagenet, Block::basic, {3, 4, 6, 3});
       }},
      {"resnet50", "ResNet-50 (ImageNet)", 1000, imagenet, colour,
       [](N n) {
         return build_resnet(n, Stem::imagenet, Block::bottleneck,
                             {3, 4, 6, 3});
       }},
      {"resnet18_cifar", "ResNet-18, 3x3 stem (CIFAR-10)", 10, cifar, colour,
       [](N n) {
         return build_resnet(n, Stem::cifar, Block::basic, {2, 2, 2, 2});
       }},
      {"resnet34_cifar", "ResNet-34, 3x3 stem (CIFAR-10)", 10, cifar, colour,
       [](N n) {
         return build_resnet(n, Stem::cifar, Block::basic, {3, 4, 6, 3});
       }},
      {"resnet50_cifar", "ResNet-50, 3x3 stem (CIFAR-10)", 10, cifar, colour,
       [](N n) {
         return build_resnet(n, Stem::cifar, Block::bottleneck, {3, 4, 6, 3});
       }},
  };
}

std::string join_names() {
  std::string text;
  for (const std::string_view name : names())
    text.append(text.empty() ? "" : ", ").append(name);
  return text;
}

}  // namespace

const std::vector<Entry>& entries() {
  static const std::vector<Entry> table = make_entries();
  return table;
}

std::vector<std::string_view> names() {
  std::vector<std::string_view> result;
  for (const Entry& entry : entries()) result.push_back(entry.name);
  return result;
}

Graph make(std::string_view name, const ZooSettings& settings) {
  const auto entry = std::ranges::find(entries(), name, &Entry::name);
  require(entry != entries().end(), "zoo: expected one of {}, got '{}'",
          join_names(), name);
  require(settings.classes >= 0, "zoo: expected classes >= 0, got {}",
          settings.classes);
  Graph network = entry->build(
      {.name = entry->name,
       .input = settings.input.empty() ? entry->input : settings.input,
       .classes = settings.classes == 0 ? entry->classes : settings.classes});
  const auto channels = std::size_t(network.value(network.input()).shape[0]);
  network.preprocessing = {spread(entry->preprocessing.mean, channels),
                           spread(entry->preprocessing.deviation, channels)};
  return network;
}

}  // namespace triad::zoo
