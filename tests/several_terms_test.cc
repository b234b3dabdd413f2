// Networks whose weights are sums of several ternary terms (residual
// expansion), lowered: every integer executor gives the bits of the reference,
// and nearly what the float network gives.

#include <cmath>

#include "tests/agreement.h"
#include "triad/format/reader.h"
#include "triad/format/writer.h"
#include "triad/fpga/cost/timing.h"
#include "triad/fpga/fold.h"
#include "triad/fpga/rtl_executor.h"
#include "triad/quantise/lower.h"
#include "triad/reference/float_executor.h"

namespace triad {
namespace {

// Terms whose codes share the living groups of the first, one scale a filter,
// of any sign; those of a term are `ratio` times those of the term before.
encoding::Ternary random_terms(Random& random, const Shape& shape,
                               std::size_t terms, float ratio) {
  auto sum =
      std::get<encoding::Ternary>(random_codes(random, shape, true, 0.5));
  std::vector<float> scales(static_cast<std::size_t>(shape[0]));
  const double inputs = double(element_count(shape)) / double(shape[0]);
  for (float& scale : scales)
    scale = float(random.uniform(0.5, 1) / std::sqrt(inputs)) *
            (random.below(2) ? 1.0f : -1.0f);
  const encoding::Codes codes = sum.terms.front().codes;
  sum.terms.clear();
  for (std::size_t t = 0; t < terms; ++t) {
    std::vector<std::int8_t> of_term = *codes;
    if (t > 0)
      for (std::int8_t& code : of_term)
        if (code != 0) code = std::int8_t(pick(random, -1, 1));
    sum.terms.push_back({encoding::share(std::move(of_term)), scales});
    for (float& scale : scales) scale *= ratio;
  }
  return sum;
}

// A residual network of layers of two and three terms, whose ratios are powers
// of two and others; its first layer is dense.
Graph expanded_network(Random& random) {
  Builder net("expanded", {3, 9, 8});
  const auto conv = [&](const char* name, graph::ValueId from, int stride) {
    return net.conv(name, from,
                    {.outputs = 12,
                     .kernel = {3, 3},
                     .stride = {stride, stride},
                     .padding = {1, 1, 1, 1}},
                    false);
  };
  auto x = net.add("relu1", graph::Relu{}, {conv("stem", net.input(), 1)});
  auto y = net.add("bn", graph::BatchNorm{}, {conv("a", x, 1)});
  y = conv("b", net.add("relu2", graph::Relu{}, {y}), 1);
  x = net.add("relu3", graph::Relu{}, {net.add("sum", graph::Add{}, {x, y})});
  x = net.add("relu4", graph::Relu{}, {conv("c", x, 2)});
  x = net.add("flatten", graph::Flatten{}, {x});
  Graph graph = net.finish({net.linear("fc", x, 10)});
  const auto expand = [&](const char* layer, std::size_t terms, float ratio) {
    encoding::Encoding& weight = graph.find(layer)->find("weight")->encoding;
    weight = random_terms(random, encoding::shape(weight), terms, ratio);
  };
  encoding::Encoding& stem = graph.find("stem")->find("weight")->encoding;
  std::vector<float> values(12 * 3 * 9);
  for (float& value : values) value = float(random.normal() / 5);
  stem = encoding::Dense{{12, 3, 3, 3}, encoding::share(std::move(values))};
  expand("a", 2, 0.5f);
  expand("b", 3, 0.5f);
  expand("c", 2, 0.77f);
  expand("fc", 3, 0.4f);
  return graph;
}

constexpr std::int64_t kPictures = 16;

struct Expanded {
  Graph truth, lowered;
  std::vector<std::uint8_t> bytes;
  graph::Pictures pictures() const { return {{kPictures, 3, 9, 8}, bytes}; }
};

Expanded expanded(std::uint64_t seed) {
  Random random(seed);
  Expanded result{expanded_network(random), {}, {}};
  result.bytes = random_pictures(random, kPictures * 3 * 9 * 8);
  result.lowered = quantise::lower(result.truth, result.pictures());
  return result;
}

TEST(SeveralTerms, GiveNearlyTheFloatLogits) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const Expanded network = expanded(seed);
    reference::FloatExecutor real;
    real.load(network.truth);
    reference::IntegerExecutor integer;
    integer.load(network.lowered);
    const auto expected = real.run(network.pictures())[0].values;
    const auto got = integer.run(network.pictures())[0].values;
    double error = 0, power = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      error += std::pow(got[i] - expected[i], 2);
      power += std::pow(expected[i], 2);
    }
    EXPECT_LT(std::sqrt(error / power), 0.03) << seed;
  }
}

TEST(SeveralTerms, RunOnTheCpuBitForBit) {
  Random random(6);
  for (std::uint64_t seed = 1; seed <= 5; ++seed)
    expect_agreement(expanded(seed).lowered, random,
                     {.batch = 3, .threads = 2});
}

TEST(SeveralTerms, ComeBackFromAFile) {
  const Expanded network = expanded(1);
  const auto bytes = format::model_bytes(network.lowered);
  Random random(7);
  expect_agreement(format::read_model(bytes).graph, random);
}

TEST(SeveralTerms, OfPowersOfTwoKeepTheirCodesAndDeadGroups) {
  const Expanded network = expanded(1);
  const auto& before = std::get<encoding::Ternary>(
      network.truth.find("b")->find("weight")->encoding);
  const auto& after = std::get<encoding::Levels>(
      network.lowered.find("b")->find("weight")->encoding);
  EXPECT_EQ(after.bits, 4);
  for (std::size_t i = 0; i < after.codes->size(); ++i) {
    int code = 0;
    for (const encoding::TernaryTerm& term : before.terms)
      code = 2 * code + (*term.codes)[i];
    const float sign = before.terms[0].scales[i / (12 * 9)] < 0 ? -1.0f : 1.0f;
    EXPECT_EQ(float((*after.codes)[i]), sign * float(code)) << i;
  }
}

class SeveralTermsOnFpga : public testing::Test {
 protected:
  void SetUp() override {
    const graph::Support support = fpga::can_simulate();
    if (!support.yes) GTEST_SKIP() << "skipped because " << support.because;
  }
};

std::vector<float> reference_logits(const Expanded& network) {
  reference::IntegerExecutor judge;
  judge.load(network.lowered);
  return judge.run(network.pictures())[0].values;
}

TEST_F(SeveralTermsOnFpga, GiveTheBitsOfTheReferenceInTheCyclesOfTheModel) {
  for (const std::uint64_t seed : {1, 2}) {
    const Expanded network = expanded(seed);
    const fpga::Workload workload = fpga::make_workload(network.lowered);
    const auto foldings = fpga::fold(workload, seed == 1 ? 6000 : 2500);
    const fpga::Plan plan = fpga::make_plan(workload, foldings);
    for (const std::size_t layer : {2, 3, 5, 6})
      EXPECT_TRUE(plan.stages[layer].schedule.has_terms())
          << workload.stages[layer].name;
    const auto times = fpga::time_pictures(plan, int(kPictures));
    for (const int stall : {0, 35}) {
      fpga::RtlExecutor executor(
          {.foldings = foldings, .run = {.stall_percent = stall, .seed = 7}});
      executor.load(network.lowered);
      EXPECT_EQ(executor.run(network.pictures())[0].values,
                reference_logits(network))
          << stall << " % stalls";
      if (stall > 0) continue;
      EXPECT_EQ(executor.cycles().latency,
                times.front().last_out - times.front().first_in + 1);
      EXPECT_EQ(executor.cycles().interval,
                double(times.back().last_out - times.front().last_out) /
                    double(kPictures - 1));
    }
  }
}

TEST_F(SeveralTermsOnFpga, RunOnTheArrayToo) {
  for (const int stall : {0, 35}) {
    const Expanded network = expanded(1);
    fpga::RtlExecutor array({.array = fpga::ArraySettings{.pes = 4, .lanes = 8},
                             .run = {.stall_percent = stall}});
    array.load(network.lowered);
    EXPECT_EQ(array.run(network.pictures())[0].values,
              reference_logits(network));
    if (stall == 0) {
      EXPECT_EQ(array.cycles().interval, double(array.cycles().expected));
    }
  }
}

}  // namespace
}  // namespace triad
