// The CPU runtime against the integer reference, bit for bit: the ops without
// weights.

#include "tests/agreement.h"

namespace triad {
namespace {

// One op without weights on random pictures.
void expect_op(Random& random, const graph::Op& op, std::size_t inputs,
               bool keeps_quantization) {
  for (int round = 0; round < 24; ++round) {
    Builder builder("test", {pick(random, 1, 13), pick(random, 4, 20),
                             pick(random, 4, 40)});
    const std::vector<graph::ValueId> from(inputs, builder.input());
    Graph graph = builder.finish({builder.add("op", op, from)});
    graph.values[0].quantization = random_quantization(random, round % 4 != 0);
    graph.values[1].quantization =
        keeps_quantization ? *graph.values[0].quantization
                           : random_quantization(random, round % 4 != 0);
    make_integers(graph, random, {});
    expect_agreement(graph, random);
    if (testing::Test::HasFatalFailure()) return;
  }
}

TEST(RuntimeOps, AgreeOnSums) {
  Random random(15);
  expect_op(random, graph::Add{}, 2, false);
  expect_op(random, graph::Add{}, 3, false);
  expect_op(random, graph::Concat{}, 3, false);
  expect_op(random, graph::Relu{}, 1, false);
}

TEST(RuntimeOps, AgreeOnPools) {
  Random random(16);
  expect_op(random, graph::MaxPool{}, 1, true);
  expect_op(random,
            graph::MaxPool{
                .kernel = {3, 3}, .stride = {2, 2}, .padding = {1, 1, 1, 1}},
            1, true);
  expect_op(random,
            graph::MaxPool{.kernel = {3, 2},
                           .stride = {1, 3},
                           .padding = {2, 0, 0, 1},
                           .ceil_mode = true},
            1, true);
  expect_op(random, graph::MaxPool{.kernel = {4, 4}, .stride = {3, 1}}, 1,
            true);
  expect_op(random, graph::AveragePool{}, 1, false);
  expect_op(random,
            graph::AveragePool{.kernel = {3, 3},
                               .stride = {2, 2},
                               .padding = {1, 1, 1, 1},
                               .ceil_mode = true,
                               .count_padding = false},
            1, false);
  expect_op(random, graph::GlobalAveragePool{}, 1, false);
}

TEST(RuntimeOps, AgreeOnWhatOnlyMoves) {
  Random random(17);
  expect_op(random, graph::Flatten{}, 1, true);
  expect_op(random, graph::Dropout{}, 1, true);
  expect_op(random, graph::Pad{.padding = {1, 2, 0, 3}}, 1, true);
  expect_op(random, graph::Pad{.channels_before = 3, .channels_after = 2}, 1,
            true);
  expect_op(
      random,
      graph::Pad{
          .padding = {0, 1, 1, 0}, .channels_before = 8, .channels_after = 8},
      1, true);
  expect_op(random, graph::Slice{.rows = {.stride = 2}}, 1, true);
  expect_op(random, graph::Slice{.rows = {1, 4, 2}, .columns = {0, 3, 1}}, 1,
            true);
  expect_op(random, graph::Resize{}, 1, true);
  expect_op(random, graph::Resize{.factor = {3, 1}}, 1, true);
  expect_op(random, graph::ChannelsLast{.columns = 1}, 1, true);
}

TEST(RuntimeOps, AgreeOnChannelsTaken) {
  Random random(21);
  for (const graph::Range& channels :
       {graph::Range{4, 12, 1}, graph::Range{0, 7, 1}, graph::Range{3, 99, 2},
        graph::Range{8, 13, 1}}) {
    Builder builder("test", {13, 5, 6});
    Graph graph = builder.finish({builder.add(
        "op", graph::Slice{.channels = channels}, {builder.input()})});
    for (graph::Value& value : graph.values) value.quantization = kU8Centred;
    make_integers(graph, random, {});
    expect_agreement(graph, random);
  }
}

TEST(RuntimeOps, AgreeOnFunctionsOfElements) {
  Random random(22);
  expect_op(random, graph::LeakyRelu{}, 1, false);
  expect_op(random, graph::Clip{}, 1, false);
  expect_op(random, graph::HardSigmoid{}, 1, false);
  expect_op(random, graph::HardSwish{}, 1, false);
  expect_op(random, graph::Sigmoid{}, 1, false);
}

TEST(RuntimeOps, AgreeOnProducts) {
  Random random(23);
  expect_op(random, graph::Mul{}, 2, false);
  for (int round = 0; round < 24; ++round) {
    Builder builder(
        "test", {pick(random, 1, 13), pick(random, 1, 9), pick(random, 1, 20)});
    const auto x = builder.input();
    const auto gate = builder.add("gate", graph::GlobalAveragePool{}, {x});
    Graph graph =
        builder.finish({builder.add("after", graph::Mul{}, {x, gate}),
                        builder.add("before", graph::Mul{}, {gate, x})});
    for (graph::Value& value : graph.values)
      value.quantization = random_quantization(random, round % 4 != 0);
    make_integers(graph, random, {});
    expect_agreement(graph, random, {.batch = 2, .threads = 2});
    if (HasFatalFailure()) return;
  }
}

// Two scales of a detector: odds and boxes of each, joined.
TEST(RuntimeOps, AgreeOnDetectorHeads) {
  Random random(24);
  for (int round = 0; round < 24; ++round) {
    Builder builder("test", {3, pick(random, 4, 9), pick(random, 4, 9)});
    const int classes = pick(random, 1, 5);
    const auto small =
        builder.add("small", graph::MaxPool{}, {builder.input()});
    std::vector<graph::ValueId> odds, boxes;
    for (const auto x : {builder.input(), small}) {
      const std::string name = std::to_string(x);
      const auto head = [&](const std::string& kind, int columns) {
        const auto y =
            builder.conv(kind + name, x, {.outputs = 2 * columns}, false);
        return builder.add(kind + "_rows" + name, graph::ChannelsLast{columns},
                           {y});
      };
      odds.push_back(head("odds", classes));
      boxes.push_back(head("boxes", 4));
    }
    const auto all = builder.add("all", graph::Concat{}, odds);
    const auto places = builder.add("places", graph::Concat{}, boxes);
    const auto soft = builder.add("soft", graph::Softmax{}, {all});
    const auto flat = builder.add("flat", graph::Flatten{}, {places});
    const auto alive = builder.add("alive", graph::Sigmoid{}, {places});
    Graph graph =
        builder.finish({soft, places, alive, flat, builder.input(), all});
    const Quantization heads = round % 2 ? kS16 : kS8;
    for (graph::Value& value : graph.values)
      if (value.name != "soft") value.quantization = heads;
    graph.values[0].quantization = graph.values[1].quantization = kU8;
    make_integers(graph, random, {});
    expect_agreement(graph, random, {.batch = 3, .threads = 1 + round % 3});
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace triad
