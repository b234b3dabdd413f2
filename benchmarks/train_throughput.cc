// Training throughput of triad against a hand-written libtorch loop: ResNet-20
// on random pictures, batch 128, SGD with Nesterov momentum, both channels-last
// (libtorch's faster layout), in alternation within one process.
//
//   train_throughput [--threads 2] [--rounds 15] [--steps 4] [--records FILE]

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "triad/report/record.h"
#include "triad/train/batches.h"
#include "triad/train/initialise.h"
#include "triad/train/loss.h"
#include "triad/train/memory.h"
#include "triad/train/network.h"
#include "triad/train/optimiser.h"
#include "triad/zoo/zoo.h"

namespace {

namespace nn = torch::nn;
using triad::train::Batch;

constexpr std::int64_t kBatch = 128;

// As a user of libtorch writes it.
struct BlockImpl : nn::Module {
  BlockImpl(std::int64_t inputs, std::int64_t outputs, std::int64_t stride)
      : stride(stride), added((outputs - inputs) / 2) {
    const auto conv = [](std::int64_t in, std::int64_t out, std::int64_t step) {
      return nn::Conv2d(
          nn::Conv2dOptions(in, out, 3).stride(step).padding(1).bias(false));
    };
    conv1 = register_module("conv1", conv(inputs, outputs, stride));
    bn1 = register_module("bn1", nn::BatchNorm2d(outputs));
    conv2 = register_module("conv2", conv(outputs, outputs, 1));
    bn2 = register_module("bn2", nn::BatchNorm2d(outputs));
  }
  torch::Tensor forward(torch::Tensor x) {
    torch::Tensor y = bn1(conv1(x)).relu_();
    y = bn2(conv2(y));
    if (stride != 1)
      x = torch::constant_pad_nd(
          x.slice(2, 0, x.size(2), 2).slice(3, 0, x.size(3), 2),
          {0, 0, 0, 0, added, added});
    y += x;
    return y.relu_();
  }
  std::int64_t stride, added;
  nn::Conv2d conv1{nullptr}, conv2{nullptr};
  nn::BatchNorm2d bn1{nullptr}, bn2{nullptr};
};
TORCH_MODULE(Block);

struct ResNet20 : nn::Module {
  ResNet20() {
    conv1 = register_module(
        "conv1",
        nn::Conv2d(nn::Conv2dOptions(3, 16, 3).padding(1).bias(false)));
    bn1 = register_module("bn1", nn::BatchNorm2d(16));
    std::int64_t inputs = 16;
    for (const std::int64_t outputs : {16, 32, 64})
      for (int i = 0; i < 3; ++i) {
        blocks->push_back(Block(inputs, outputs, outputs == inputs ? 1 : 2));
        inputs = outputs;
      }
    register_module("blocks", blocks);
    linear = register_module("linear", nn::Linear(64, 10));
  }
  torch::Tensor forward(torch::Tensor x) {
    x = bn1(conv1(x)).relu_();
    x = blocks->forward(x);
    return linear(x.mean({2, 3}));
  }
  nn::Conv2d conv1{nullptr};
  nn::BatchNorm2d bn1{nullptr};
  nn::Sequential blocks;
  nn::Linear linear{nullptr};
};

// Both loops load, augment and normalise the same way: the comparison is of
// the network, the loss and the optimiser.
class Ours {
 public:
  explicit Ours(const triad::graph::Graph& graph)
      : network_(graph), optimiser_(network_.parameters(), recipe_.training) {}
  void step(const Batch& batch) {
    triad::train::loss(network_.forward(batch.pictures, true), batch.labels,
                       recipe_.training)
        .backward();
    optimiser_.step(0.1);
  }

 private:
  triad::recipe::Recipe recipe_;
  triad::train::Network network_;
  triad::train::Optimiser optimiser_;
};

class Plain {
 public:
  Plain()
      : optimiser_(network_.parameters(), torch::optim::SGDOptions(0.1)
                                              .momentum(0.9)
                                              .nesterov(true)
                                              .weight_decay(1e-4)) {
    for (torch::Tensor& parameter : network_.parameters())
      if (parameter.dim() == 4)
        parameter.set_data(
            parameter.contiguous(torch::MemoryFormat::ChannelsLast));
  }
  void step(const Batch& batch) {
    optimiser_.zero_grad();
    nn::functional::cross_entropy(network_.forward(batch.pictures),
                                  batch.labels)
        .backward();
    optimiser_.step();
  }

 private:
  ResNet20 network_;
  torch::optim::SGD optimiser_;
};

double seconds(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
      .count();
}

double quantile(std::vector<double> values, double share) {
  std::ranges::sort(values);
  return values[std::size_t(share * double(values.size() - 1) + 0.5)];
}

std::string machine(int threads) {
  std::ifstream info("/proc/cpuinfo");
  std::string processor = "unknown processor";
  for (std::string line; std::getline(info, line);)
    if (line.starts_with("model name")) {
      processor = line.substr(line.find(':') + 2);
      break;
    }
  return fmt::format("{}, {} threads, libtorch {}", processor, threads,
                     TORCH_VERSION);
}

}  // namespace

int main(int argc, char** argv) {
  int threads = 2, rounds = 15, steps = 4;
  std::string records, commit;
  CLI::App app("Training throughput: triad against a plain libtorch loop");
  app.add_option("--threads", threads);
  app.add_option("--rounds", rounds)->check(CLI::PositiveNumber);
  app.add_option("--steps", steps, "steps of each loop a round");
  app.add_option("--records", records, "append the result to this file");
  app.add_option("--commit", commit, "of the record");
  CLI11_PARSE(app, argc, argv);
  at::set_num_threads(threads);
  triad::train::keep_freed_memory();  // for both loops alike

  triad::graph::Graph graph = triad::zoo::make("resnet20");
  triad::train::initialise(graph, 1);
  torch::manual_seed(1);
  const Batch batch{torch::randn({kBatch, 3, 32, 32})
                        .contiguous(torch::MemoryFormat::ChannelsLast),
                    torch::randint(0, 10, {kBatch}, torch::kLong)};
  Ours ours(graph);
  Plain plain;
  ours.step(batch);
  plain.step(batch);

  std::vector<double> our_rates, plain_rates, ratios;
  for (int round = 0; round < rounds; ++round) {
    const auto run = [&](auto& loop) {
      return double(steps * kBatch) / seconds([&] {
               for (int i = 0; i < steps; ++i) loop.step(batch);
             });
    };
    // Who goes first changes, so that a slow drift of the machine cancels.
    double our_rate = 0;
    if (round % 2 == 0) our_rate = run(ours);
    const double plain_rate = run(plain);
    if (round % 2 == 1) our_rate = run(ours);
    our_rates.push_back(our_rate);
    plain_rates.push_back(plain_rate);
    ratios.push_back(our_rate / plain_rate);
  }
  const double ratio = quantile(ratios, 0.5);
  const std::string spread = fmt::format(
      "median of {} rounds, quartiles {:.3f} to {:.3f}; images/s "
      "{:.0f} against {:.0f}",
      rounds, quantile(ratios, 0.25), quantile(ratios, 0.75),
      quantile(our_rates, 0.5), quantile(plain_rates, 0.5));
  fmt::print("train.resnet20.throughput_ratio {:.3f} ({})\n", ratio, spread);
  if (!records.empty())
    triad::report::append_records(
        records, {{.name = "train.resnet20.throughput_ratio",
                   .value = ratio,
                   .unit = "x",
                   .command = fmt::format(
                       "train_throughput --threads {} --rounds {} --steps {}",
                       threads, rounds, steps),
                   .commit = commit,
                   .machine = machine(threads),
                   .seed = 1,
                   .note = spread}});
}
