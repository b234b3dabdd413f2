#include "triad/fpga/cost/resources.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "triad/base/error.h"
#include "triad/fpga/cost/price.h"
#include "triad/fpga/cost/test_network.h"
#include "triad/fpga/emit/dataflow.h"

namespace triad::fpga {
namespace {

// Counts of Yosys 0.23 for fpga/rtl/memory.v with random contents.
TEST(Resources, SynchronousMemoriesGoWhereYosysPutsThem) {
  struct Row {
    std::int64_t depth, width;
    double lut_memory, ramb18;
  };
  for (const auto& [depth, width, lut_memory, ramb18] :
       {Row{9, 70, 48, 0}, Row{16, 140, 96, 0}, Row{32, 8, 8, 0},
        Row{48, 35, 48, 0}, Row{64, 70, 96, 0}, Row{96, 35, 0, 1},
        Row{128, 8, 24, 0}, Row{128, 72, 0, 2}, Row{256, 8, 48, 0},
        Row{256, 35, 0, 1}, Row{288, 39, 0, 2}, Row{512, 8, 0, 1},
        Row{512, 72, 0, 2}, Row{1024, 35, 0, 2}}) {
    const MemoryCost cost = memory_cost({depth, width});
    EXPECT_EQ(cost.lut_memory, lut_memory) << depth << " x " << width;
    EXPECT_EQ(cost.ramb18, ramb18) << depth << " x " << width;
  }
}

TEST(Resources, WhatIsReadWithoutAClockIsDistributed) {
  EXPECT_EQ(memory_cost({512, 32, Read::asynchronous}).ramb18, 0);
  EXPECT_EQ(memory_cost({512, 32, Read::queue}).ramb18, 1);
}

// Counts of Yosys 0.23 for fpga/rtl/fifo.v.
TEST(Resources, AFewBitsAreFlipFlops) {
  EXPECT_EQ(memory_cost({2, 8, Read::queue}).ff, 16);
  EXPECT_EQ(memory_cost({2, 8, Read::queue}).lut_memory, 0);
  EXPECT_EQ(memory_cost({4, 8, Read::queue}).lut_memory, 8);
  EXPECT_EQ(memory_cost({2, 40, Read::queue}).lut_memory, 28);
}

TEST(Resources, ConfigurationWordsArePutTogetherOnce) {
  const Plan plan = make_plan(every_stage(), kFoldings[1]);
  const Netlist netlist = make_dataflow(plan);
  const Constants constants = read_constants();
  double ff = 0, longest = 0;
  for (const Instance& instance : netlist.instances) {
    ff += resources_of(instance, constants.resources).ff;
    longest = std::max(longest, double(configuration_bits_of(instance)));
  }
  EXPECT_GT(longest, 40) << "a word of weights";
  EXPECT_NEAR(resources_of(netlist, constants.resources).ff, ff + longest,
              1e-6);
  EXPECT_NEAR(price(plan, read_part("zynq_7020"), 100, constants).total.ff,
              ff + longest, 1e-6);
}

TEST(Resources, EveryModuleOfAPipelineHasItsForms) {
  const Netlist netlist = make_dataflow(make_plan(every_stage(), kFoldings[1]));
  const ResourceModel model = read_resource_model();
  for (const Instance& instance : netlist.instances) {
    const Resources found = resources_of(instance, model);
    EXPECT_GT(found.all_luts() + found.ff, 0) << instance.module;
  }
  const Instance table{"table_stage", "t", "", {{"LANES", 4}, {"OWN", 0}}};
  EXPECT_GT(resources_of(table, model).ff, 0) << "no stage of that network";
  EXPECT_THROW(features_of({"window", "w"}), Error);
  EXPECT_THROW(features_of({"fifo", "no_parameters"}), Error);
}

TEST(Resources, TernaryLayersTakeNoDspBlock) {
  const Constants constants = read_constants();
  const Price found = price(make_plan(every_stage(), kFoldings[0]),
                            read_part("zynq_7020"), 100, constants);
  EXPECT_EQ(found.total.dsp, 0);
  EXPECT_GT(found.total.lut, 0);
  EXPECT_EQ(found.stages.size(), found.plan.stages.size());
}

TEST(Resources, AFileThatIsWrongIsRefused) {
  const std::string head =
      "tool = \"Yosys\"\ndate = 2026-11-25\n[small_luts]\necp5 = 2\n";
  EXPECT_EQ(parse_resource_model(head + "[fifo.lut]\none = 3\n", "r")
                .coefficients.at("fifo")
                .at("lut")
                .at("one"),
            3);
  EXPECT_EQ(parse_resource_model(head, "r").small_luts.at("ecp5"), 2);
  EXPECT_THROW(parse_resource_model(head + "[fifo.luts]\none = 3\n", "r"),
               Error);
  EXPECT_THROW(parse_resource_model(head + "[fifo.lut]\none = -3\n", "r"),
               Error);
  EXPECT_THROW(parse_resource_model("", "r"), Error);
}

}  // namespace
}  // namespace triad::fpga
