#include "triad/fpga/cost/resources.h"

#include <gmock/gmock.h>

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
  const std::string head = "tool = \"Yosys\"\ndate = 2026-11-25\n";
  EXPECT_EQ(parse_resource_model(head + "[fifo.lut]\none = 3\n", "r")
                .coefficients.at("fifo")
                .at("lut")
                .at("one"),
            3);
  EXPECT_THROW(parse_resource_model(head + "[fifo.luts]\none = 3\n", "r"),
               Error);
  EXPECT_THROW(parse_resource_model(head + "[fifo.lut]\none = -3\n", "r"),
               Error);
  EXPECT_THROW(parse_resource_model("", "r"), Error);
}

}  // namespace
}  // namespace triad::fpga
