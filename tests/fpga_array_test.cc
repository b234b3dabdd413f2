// The array style against the reference, bit for bit, and its cycles against
// their closed formula: networks of random shapes, foldings and ops, LeNet-5,
// ResNet-20 on real pictures. Needs Verilator.

#include <gmock/gmock.h>

#include <array>
#include <cstdlib>

#include "tests/lowered_network.h"
#include "triad/base/error.h"
#include "triad/data/dataset.h"
#include "triad/format/reader.h"
#include "triad/fpga/array/program.h"
#include "triad/fpga/rtl_executor.h"
#include "triad/reference/integer_executor.h"

namespace triad::fpga {
namespace {

// Every kind of step, of random sizes; `seed` also chooses the pools.
class RandomNetwork {
 public:
  explicit RandomNetwork(int seed)
      : seed_(seed),
        random_(std::uint64_t(seed)),
        net_("random", {pick(random_, 1, 5), pick(random_, 6, 11),
                        pick(random_, 6, 11)}) {}

  Graph run() {
    using namespace graph;
    note(net_.input(), kU8Centred);
    ValueId x = net_.input();
    if (seed_ % 3 == 0)
      x = add("max", graph::MaxPool{{3, 2}, {1, 1}, {1, 0, 1, 1}}, {x},
              kU8Centred);
    const int filters = pick(random_, 3, 20);
    x = note(net_.conv("first", x,
                       {.outputs = filters,
                        .kernel = {pick(random_, 1, 3), pick(random_, 1, 4)},
                        .stride = {1, pick(random_, 1, 2)},
                        .dilation = {1 + seed_ % 2, 1},
                        .padding = {1, pick(random_, 0, 2), 1, 1}},
                       true),
             kS8);
    const ValueId y = note(
        net_.conv(
            "second", x,
            {.outputs = filters, .kernel = {3, 3}, .padding = {1, 1, 1, 1}},
            true),
        kU8);
    x = add("add", graph::Add{}, {x, y}, kU8);
    x = add("relu", Relu{}, {x}, kU8);
    if (seed_ % 3 != 1) x = add("cat", graph::Concat{}, {x, y, x}, kS8);
    x = add("sigmoid", Sigmoid{}, {x}, kU8);
    const Range every_second{seed_ % 2, Range::kEnd, 2};
    x = add("slice", Slice{{}, every_second, {0, Range::kEnd, 2}}, {x}, kU8);
    x = add("pad", Pad{{0, 0, 0, 0}, pick(random_, 0, 3), pick(random_, 0, 3)},
            {x}, kU8);
    x = pool(x);
    x = note(net_.conv("narrow", x, {.outputs = pick(random_, 2, 9)}, true),
             kS8);
    x = add("leaky", LeakyRelu{}, {x}, kS8);
    x = add("flatten", Flatten{}, {x}, kS8);
    Graph graph = net_.finish({net_.linear("logits", x, pick(random_, 2, 11))});
    for (const auto& [value, quantization] : quantizations_)
      graph.values[std::size_t(value)].quantization = quantization;
    make_integers(graph, random_, {seed_ % 2 == 1, 0.6});
    return graph;
  }

 private:
  graph::ValueId note(graph::ValueId value, const Quantization& quantization) {
    quantizations_.emplace_back(value, quantization);
    return value;
  }
  graph::ValueId add(const char* name, graph::Op op,
                     std::vector<graph::ValueId> inputs,
                     const Quantization& quantization) {
    return note(net_.add(name, std::move(op), std::move(inputs)), quantization);
  }
  graph::ValueId pool(graph::ValueId x) {
    using namespace graph;
    if (seed_ % 4 == 1)
      return add("pool", graph::AveragePool{{2, 2}, {1, 1}, {1, 1, 0, 0}}, {x},
                 kU8);
    if (seed_ % 4 == 2) return add("pool", GlobalAveragePool{}, {x}, kS8);
    if (seed_ % 4 == 3)
      return add("pool", graph::MaxPool{{2, 2}, {2, 2}, {0, 0, 0, 0}, true},
                 {x}, kU8);
    return add(
        "pool",
        graph::AveragePool{{3, 2}, {2, 1}, {1, 1, 0, 1}, seed_ % 8 == 4, false},
        {x}, kU8);
  }

  int seed_;
  Random random_;
  Builder net_;
  std::vector<std::pair<graph::ValueId, Quantization>> quantizations_;
};

// Logits like the reference's; without pauses, cycles like the formula's.
void expect_agreement(const Graph& graph, const graph::Pictures& pictures,
                      const RtlSettings& settings) {
  reference::IntegerExecutor reference;
  reference.load(graph);
  RtlExecutor array(settings);
  array.load(graph);
  EXPECT_EQ(array.run(pictures)[0].values, reference.run(pictures)[0].values);
  if (settings.run.stall_percent == 0) {
    EXPECT_EQ(array.cycles().interval, double(array.cycles().expected));
  }
}

void expect_agreement(const Graph& graph, std::int64_t count,
                      const RtlSettings& settings) {
  Random random(2);
  const Shape shape = graph.value(graph.input()).shape;
  const auto bytes = random_pictures(random, count * element_count(shape));
  expect_agreement(graph, {{count, shape[0], shape[1], shape[2]}, bytes},
                   settings);
}

class ArrayTest : public testing::Test {
 protected:
  void SetUp() override {
    const graph::Support support = can_simulate();
    if (!support.yes) GTEST_SKIP() << support.because;
  }
};

TEST_F(ArrayTest, GivesTheBitsOfTheReferenceInTheCyclesOfTheFormula) {
  for (const int seed : {1, 2, 3, 4, 8}) {
    SCOPED_TRACE(seed);
    ArraySettings array{.pes = seed % 3 + 1, .lanes = seed + 1};
    array.dsp = seed == 4;
    expect_agreement(RandomNetwork(seed).run(), 3, {.array = array});
  }
}

TEST_F(ArrayTest, SeveralRequantisersToo) {
  for (const auto& [seed, pes, lanes, requantisers] :
       {std::array{1, 2, 4, 2}, std::array{3, 4, 8, 2}, std::array{6, 8, 4, 4}})
    expect_agreement(
        RandomNetwork(seed).run(), 3,
        {.array = ArraySettings{
             .pes = pes, .lanes = lanes, .requantisers = requantisers}});
}

TEST_F(ArrayTest, PausesOfTheStreamsChangeNothing) {
  const ArraySettings array{.pes = 3, .lanes = 4};
  for (const int percent : {30, 80})
    expect_agreement(RandomNetwork(3).run(), 3,
                     {.array = array, .run = {.stall_percent = percent}});
}

TEST_F(ArrayTest, LeNet5) {
  expect_agreement(lowered("lenet5"), 2, {.array = ArraySettings{}});
}

TEST_F(ArrayTest, ConvNet) {
  expect_agreement(lowered("convnet"), 2, {.array = ArraySettings{}});
}

TEST_F(ArrayTest, ResNet20OnRealPictures) {
  if (!std::getenv("TRIAD_DATA")) GTEST_SKIP() << "TRIAD_DATA is not set";
  const Graph graph = format::read_model(std::string(TRIAD_MODELS) +
                                         "/resnet20-cifar10-wpc-40x.triad")
                          .graph;
  const auto test = data::open("cifar10").test;
  std::vector<std::uint8_t> bytes;
  for (std::int64_t i = 0; i < 3; ++i) {
    const data::Picture picture = test->picture(i);
    bytes.insert(bytes.end(), picture.pixels.begin(), picture.pixels.end());
  }
  expect_agreement(graph, {{3, 3, 32, 32}, bytes}, {.array = ArraySettings{}});
}

TEST(ArrayProgram, DeadGroupsCostNothing) {
  Graph graph = lowered("resnet20");
  const ArrayProgram half = make_array_program(make_workload(graph), {});
  for (graph::Node& node : graph.nodes)
    if (graph::Parameter* weight = node.find("weight");
        weight && std::holds_alternative<graph::Conv2d>(node.op)) {
      const auto& dense = std::get<encoding::Ternary>(weight->encoding);
      Random random(3);
      weight->encoding = random_codes(random, dense.shape, true, 0.1);
    }
  const ArrayProgram tenth = make_array_program(make_workload(graph), {});
  EXPECT_LT(tenth.words.size(), half.words.size());
  EXPECT_LT(tenth.cycles(), half.cycles());
}

TEST(ArrayProgram, RefusesSettingsOutOfRange) {
  const Workload workload = make_workload(lowered("lenet5"));
  for (const ArraySettings& bad :
       {ArraySettings{.pes = 0}, ArraySettings{.lanes = 1},
        ArraySettings{.lanes = 16, .values = 3},
        ArraySettings{.pes = 4, .requantisers = 3},
        ArraySettings{.pes = 24, .lanes = 16, .requantisers = 2},
        ArraySettings{.pes = 1024, .lanes = 16},  // wider than any layer
        ArraySettings{.pes = 4, .lanes = 1024}})
    EXPECT_THROW(make_array_program(workload, bad), Error);
}

}  // namespace
}  // namespace triad::fpga
