#include "triad/quantise/lower.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "triad/base/error.h"
#include "triad/base/random.h"
#include "triad/encoding/ternary.h"
#include "triad/graph/builder.h"
#include "triad/graph/derived_scales.h"
#include "triad/quantise/to_float.h"
#include "triad/reference/integer_executor.h"

namespace triad::quantise {
namespace {

using graph::Builder;
using graph::Graph;
using graph::Node;
using graph::ValueId;
using ::testing::HasSubstr;

std::vector<std::uint8_t> make_bytes(std::int64_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(count));
  for (auto& byte : bytes) byte = std::uint8_t(random.below(256));
  return bytes;
}

// Random weights of unit gain, biases, and plausible running statistics.
void fill_parameters(Graph& graph, std::uint64_t seed) {
  Random random(seed);
  for (Node& node : graph.nodes)
    for (graph::Parameter& parameter : node.parameters) {
      const Shape shape = encoding::shape(parameter.encoding);
      std::vector<float> values(std::size_t(element_count(shape)));
      const double deviation =
          shape.size() < 2
              ? 0.3
              : std::sqrt(2.0 * double(shape[0]) / double(values.size()));
      for (float& x : values) x = float(random.normal() * deviation);
      const bool of_norm = node.find("running_var") != nullptr;
      if (parameter.name == "running_var" ||
          (of_norm && parameter.name == "weight"))
        for (float& x : values) x = 0.5f + std::abs(x);
      parameter.encoding =
          encoding::Dense{shape, encoding::share(std::move(values))};
    }
}

// Every op a lowered network may have: a stem, a residual block with an
// option-A shortcut, a branch with a Relu that has a second reader, pools,
// logits and a softmax.
Graph all_ops(const Shape& input = {3, 12, 12}) {
  Builder b("all", input);
  const auto relu = [&](const std::string& name, ValueId x) {
    return b.add(name, graph::Relu{}, {x});
  };
  const graph::Conv2d same{
      .outputs = 8, .kernel = {3, 3}, .padding = {1, 1, 1, 1}};
  graph::Conv2d half = same;
  half.outputs = 16, half.stride = {2, 2};
  ValueId x = b.conv("conv1", b.input(), same, false);
  x = relu("relu1", b.add("bn1", graph::BatchNorm{}, {x}));
  ValueId y = b.conv("conv2", x, half, true);
  y = b.add("bn2", graph::BatchNorm{}, {y});
  ValueId z =
      b.add("slice",
            graph::Slice{.rows = {.stride = 2}, .columns = {.stride = 2}}, {x});
  z = b.add("pad", graph::Pad{.channels_before = 4, .channels_after = 4}, {z});
  x = relu("relu2", b.add("add", graph::Add{}, {y, z}));
  y = b.conv("conv3", x, {.outputs = 16, .groups = 4}, true);
  z = relu("relu3", y);  // y is read again below
  x = b.add("concat", graph::Concat{}, {y, z, x});
  x = b.add("maxpool", graph::MaxPool{}, {x});
  x = b.add("relu6", graph::Clip{0, 6},
            {b.conv("conv4", x, {.outputs = 12}, true)});
  y = b.add("gap", graph::GlobalAveragePool{}, {x});
  x = b.add("avgpool",
            graph::AveragePool{.kernel = {3, 3},
                               .stride = {1, 1},
                               .padding = {1, 1, 1, 1},
                               .count_padding = false},
            {x});
  x = b.add("flatten", graph::Flatten{}, {x});
  y = b.add("flatten2", graph::Flatten{}, {y});
  x = b.add("join", graph::Concat{}, {x, y});
  x = b.add("dropout", graph::Dropout{}, {x});
  x = relu("relu5", b.linear("fc1", x, 20));
  x = b.linear("fc2", x, 10);
  return b.finish({x, b.add("softmax", graph::Softmax{}, {x})});
}

Graph all_ops_filled(std::uint64_t seed) {
  Graph graph = all_ops();
  fill_parameters(graph, seed);
  return graph;
}

// RMS of the difference over the RMS of the truth.
double relative_error(const std::vector<float>& tested,
                      const std::vector<float>& truth) {
  double error = 0, power = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    error += std::pow(tested[i] - truth[i], 2);
    power += std::pow(truth[i], 2);
  }
  return std::sqrt(error / power);
}

// Relative error of the logits over a batch.
double logit_error(graph::Executor& tested, const Graph& truth,
                   const graph::Pictures& batch) {
  reference::FloatExecutor executor;
  executor.load(truth);
  return relative_error(tested.run(batch)[0].values,
                        executor.run(batch)[0].values);
}

struct Lowered {
  Graph truth, graph;
  std::vector<std::uint8_t> bytes;
  graph::Pictures pictures() const { return {{64, 3, 12, 12}, bytes}; }
};

Lowered lower_filled(Graph truth, const LowerSettings& settings = {}) {
  Lowered result{std::move(truth), {}, make_bytes(64 * 3 * 12 * 12, 7)};
  result.graph = lower(result.truth, result.pictures(), settings);
  return result;
}

double integer_error(const Lowered& lowered) {
  reference::IntegerExecutor executor;
  executor.load(lowered.graph);
  return logit_error(executor, lowered.truth, lowered.pictures());
}

TEST(Lower, KeepsTheFunctionOfEveryOp) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed)
    EXPECT_LT(integer_error(lower_filled(all_ops_filled(seed))), 0.03) << seed;
}

TEST(Lower, SixteenBitsLoseLessThanEight) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const Lowered lowered =
        lower_filled(all_ops_filled(seed), {.activation_bits = 16});
    // What is left is the rounding of weights to 8 bits.
    reference::IntegerExecutor executor;
    executor.load(lowered.graph);
    EXPECT_LT(
        logit_error(executor, to_float(lowered.graph), lowered.pictures()),
        2e-3)
        << seed;
  }
}

TEST(Lower, FusesEachReluThatAloneReadsALayer) {
  const Graph lowered = lower_filled(all_ops_filled(1)).graph;
  for (const char* fused : {"bn1", "relu1", "relu2", "relu6", "relu5"})
    EXPECT_EQ(lowered.find(fused), nullptr) << fused;
  EXPECT_NE(lowered.find("relu3"), nullptr);
  const auto quantization = [&](const char* node) {
    return *lowered.value(lowered.find(node)->output).quantization;
  };
  EXPECT_FALSE(quantization("conv1").is_signed);
  EXPECT_TRUE(quantization("conv2").is_signed);
  EXPECT_FALSE(quantization("add").is_signed);
  EXPECT_TRUE(quantization("concat").is_signed);
  EXPECT_LE(quantization("conv4").scale * 255, 6 + 1e-5);
}

TEST(Lower, GivesLogitsAsReals) {
  const Graph lowered = lower_filled(all_ops_filled(1)).graph;
  EXPECT_EQ(lowered.find("fc2")->requantization[0].logit_scale.size(), 10u);
  EXPECT_FALSE(lowered.value(lowered.find("fc2")->output).quantization);
}

TEST(Lower, MakesScalesThatTheIntegersTell) {
  const Graph lowered = lower_filled(all_ops_filled(2)).graph;
  for (const Node& node : lowered.nodes) {
    if (!node.find("weight")) continue;
    EXPECT_EQ(node.find("bias"), nullptr);
    const auto* levels =
        std::get_if<encoding::Levels>(&node.find("weight")->encoding);
    ASSERT_NE(levels, nullptr);
    EXPECT_EQ(levels->scales, derived_scales(node, lowered)) << node.name;
  }
}

// all_ops with ternary weights everywhere.
Graph ternary_ops(std::uint64_t seed) {
  Graph graph = all_ops_filled(seed);
  for (Node& node : graph.nodes) {
    const Shape* shape = node.find("weight")
                             ? &encoding::shape(node.find("weight")->encoding)
                             : nullptr;
    if (!shape || shape->size() < 2) continue;
    node.find("weight")->encoding = encoding::encode_ternary(
        encoding::decode(node.find("weight")->encoding), *shape, {},
        {.threshold_of = encoding::ThresholdOf::mean, .threshold_share = 0.7f});
  }
  return graph;
}

TEST(Lower, NeverChangesTernaryCodes) {
  const Lowered lowered = lower_filled(ternary_ops(3));
  EXPECT_LT(integer_error(lowered), 0.03);
  for (const Node& node : lowered.graph.nodes) {
    if (!node.find("weight")) continue;
    const auto& before = std::get<encoding::Ternary>(
        lowered.truth.find(node.name)->find("weight")->encoding);
    const auto& after =
        std::get<encoding::Ternary>(node.find("weight")->encoding);
    EXPECT_EQ(*after.terms[0].codes, *before.terms[0].codes) << node.name;
    EXPECT_EQ(after.terms[0].scales, derived_scales(node, lowered.graph));
  }
}

// all_ops with two ternary terms of each weight, three in every second layer:
// codes of one latent weight at several thresholds (residual expansion).
Graph expanded_ops(std::uint64_t seed) {
  Graph graph = all_ops_filled(seed);
  std::size_t terms = 2;
  for (Node& node : graph.nodes) {
    graph::Parameter* weight = node.find("weight");
    if (!weight || encoding::shape(weight->encoding).size() < 2) continue;
    const std::vector<float> latent = encoding::decode(weight->encoding);
    encoding::Ternary sum;
    for (std::size_t t = 0; t < terms; ++t) {
      encoding::Ternary term = encoding::encode_ternary(
          latent, encoding::shape(weight->encoding), {},
          {.threshold_of = encoding::ThresholdOf::mean,
           .threshold_share = 0.4f * float(t + 1)});
      if (t == 0) sum = {term.shape, term.pattern, {}};
      sum.terms.push_back(term.terms.front());
    }
    weight->encoding = std::move(sum);
    terms = 5 - terms;
  }
  return graph;
}

TEST(Lower, MakesLevelsOfSeveralTernaryTerms) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const Lowered lowered = lower_filled(expanded_ops(seed));
    EXPECT_LT(integer_error(lowered), 0.04) << seed;
    for (const Node& node : lowered.graph.nodes) {
      if (!node.find("weight")) continue;
      const auto& levels =
          std::get<encoding::Levels>(node.find("weight")->encoding);
      EXPECT_LT(levels.bits, 8) << node.name;
      EXPECT_EQ(levels.scales, derived_scales(node, lowered.graph));
    }
  }
}

TEST(Lower, KeepsTheBiasOfFiltersThatHaveNoWeights) {
  Graph graph = ternary_ops(4);
  auto& weight = std::get<encoding::Ternary>(
      graph.find("conv2")->find("weight")->encoding);
  std::vector<std::int8_t> codes = *weight.terms[0].codes;
  std::fill_n(codes.begin(), 72, std::int8_t(0));  // the first filter
  weight.terms[0].codes = encoding::share(std::move(codes));
  EXPECT_LT(integer_error(lower_filled(graph)), 0.03);
}

TEST(Lower, DropsTernaryFiltersOfVanishingScaleButNotTheirBias) {
  Graph graph = ternary_ops(5);
  auto gains = encoding::decode(graph.find("bn2")->find("weight")->encoding);
  gains[3] = 1e-9f;
  gains[4] = 0.0f;
  graph.find("bn2")->find("weight")->encoding =
      encoding::Dense{{16}, encoding::share(gains)};
  EXPECT_LT(integer_error(lower_filled(graph)), 0.03);
}

TEST(Lower, SurvivesASignChangeByBatchNorm) {
  Graph graph = ternary_ops(6);
  auto gains = encoding::decode(graph.find("bn1")->find("weight")->encoding);
  for (std::size_t i = 0; i < gains.size(); i += 2) gains[i] = -gains[i];
  graph.find("bn1")->find("weight")->encoding =
      encoding::Dense{{8}, encoding::share(gains)};
  const Lowered lowered = lower_filled(graph);
  EXPECT_LT(integer_error(lowered), 0.03);
  EXPECT_LT(lowered.graph.find("conv1")->requantization[0].multiplier[0], 0);
}

void expect_refused(const Graph& graph, const graph::Pictures& pictures,
                    const LowerSettings& settings, const char* why) {
  try {
    lower(graph, pictures, settings);
    FAIL() << "expected: " << why;
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr(why));
  }
}

TEST(Lower, RefusesWhatItCannotDo) {
  const auto bytes = make_bytes(2 * 3 * 12 * 12, 8);
  const graph::Pictures pictures{{2, 3, 12, 12}, bytes};
  Builder alone("alone", {3, 12, 12});
  const auto norm = alone.add("bn", graph::BatchNorm{}, {alone.input()});
  expect_refused(alone.finish({norm}), pictures, {}, "batch_norm 'bn'");
  Graph graph = all_ops_filled(1);
  expect_refused(graph, pictures, {.activation_bits = 4}, "8 or 16 bits");
  graph.find("fc1")->find("bias")->encoding =
      encoding::Dense{{20}, encoding::share(std::vector<float>(20, NAN))};
  expect_refused(graph, pictures, {}, "finite");
}

TEST(Lower, KeepsFunctionsAndProductsAndEveryOutput) {
  for (const int bits : {8, 16}) {
    Builder b("functions", {3, 12, 12});
    const graph::Conv2d same{
        .outputs = 8, .kernel = {3, 3}, .padding = {1, 1, 1, 1}};
    ValueId x = b.conv("conv1", b.input(), same, true);
    x = b.add("leaky", graph::LeakyRelu{0.1f}, {x});
    x = b.add("swish", graph::HardSwish{}, {b.conv("conv2", x, same, true)});
    ValueId gate = b.add("squeeze", graph::GlobalAveragePool{}, {x});
    gate = b.add("excite", graph::HardSigmoid{},
                 {b.conv("fc", gate, {.outputs = 8}, true)});
    x = b.add("scaled", graph::Mul{}, {gate, x});
    ValueId y = b.conv("conv3", x, same, true);
    y = b.add("silu", graph::Mul{},
              {y, b.add("sigmoid", graph::Sigmoid{}, {y})});
    y = b.add("clip", graph::Clip{-2, 3}, {y});
    y = b.add("rows", graph::ChannelsLast{4},
              {b.add("resize", graph::Resize{}, {y})});
    const ValueId odds = b.add("odds", graph::Softmax{}, {y});
    Graph truth =
        b.finish({odds, y, b.add("inside", graph::Sigmoid{}, {y}), x});
    fill_parameters(truth, 4);
    const Lowered lowered =
        lower_filled(std::move(truth), {.activation_bits = bits});
    // At 16 bits what is left is the error of the 8-bit weights.
    reference::FloatExecutor floats;
    floats.load(bits == 8 ? lowered.truth : to_float(lowered.graph));
    reference::IntegerExecutor integers;
    integers.load(lowered.graph);
    const auto expected = floats.run(lowered.pictures());
    const auto got = integers.run(lowered.pictures());
    ASSERT_EQ(got.size(), 4u);
    for (std::size_t i = 0; i < got.size(); ++i)
      EXPECT_LT(relative_error(got[i].values, expected[i].values),
                bits == 8 ? 0.04 : 0.001)
          << i << " at " << bits << " bits";
  }
}

// A Clip to 0..6 behind a convolution, or behind a sum of convolutions, that
// reaches far above 6.
Graph steep(bool after_sum) {
  Builder b("steep", {3, 12, 12});
  ValueId x = b.conv("conv", b.input(), {.outputs = 8}, true);
  if (after_sum) x = b.add("add", graph::Add{}, {x, x});
  x = b.add("relu6", graph::Clip{0, 6}, {x});
  Graph graph =
      b.finish({b.linear("fc", b.add("flatten", graph::Flatten{}, {x}), 10)});
  fill_parameters(graph, 3);
  graph.find("conv")->find("weight")->encoding = encoding::Dense{
      {8, 3, 1, 1}, encoding::share(std::vector<float>(24, 1e6f))};
  return graph;
}

TEST(Lower, RefusesARelu6ThatItCouldNotClampExactly) {
  try {
    lower_filled(steep(false));
    FAIL() << "expected an Error";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("clamp at 6"));
  }
}

TEST(Lower, ClampsCoarseSumsByATable) {
  const Graph graph = lower_filled(steep(true)).graph;
  const Node& clip = *graph.find("relu6");
  const auto& to = *graph.value(clip.output).quantization;
  const auto& table = clip.requantization[0].table;
  ASSERT_EQ(table.size(), 256u);
  EXPECT_EQ(table.front(), to.zero_point);
  EXPECT_NEAR((table.back() - to.zero_point) * to.scale, 6, to.scale);
}

TEST(Lower, RefusesAccumulatorsThatCouldOverflow) {
  Builder b("wide", {1, 40, 40});
  auto x = b.add("flat", graph::Flatten{}, {b.input()});
  x = b.linear("fc", x, 1);
  Graph graph = b.finish({x});
  graph.find("fc")->find("weight")->encoding = encoding::Dense{
      {1, 1600}, encoding::share(std::vector<float>(1600, 1.0f))};
  const auto bytes = make_bytes(1600, 9);
  lower(graph, {{1, 1, 40, 40}, bytes});  // 1600 * 127 * 255 fits
  expect_refused(graph, {{1, 1, 40, 40}, bytes}, {.activation_bits = 16},
                 "linear 'fc', filter 0: 32-bit accumulators could overflow");
}

TEST(ToFloat, UndoesEverythingButTheRoundingOfActivations) {
  const Lowered lowered = lower_filled(all_ops_filled(3));
  const Graph back = to_float(lowered.graph);
  EXPECT_FALSE(back.is_lowered());
  EXPECT_NE(back.find("conv1.relu"), nullptr);
  EXPECT_EQ(back.find("conv2.relu"), nullptr);
  EXPECT_NE(back.find("fc2")->find("bias"), nullptr);
  reference::FloatExecutor executor;
  executor.load(back);
  EXPECT_LT(logit_error(executor, lowered.truth, lowered.pictures()), 0.02);
}

TEST(ToFloat, RefusesAFloatGraph) { EXPECT_THROW(to_float(all_ops()), Error); }

}  // namespace
}  // namespace triad::quantise
