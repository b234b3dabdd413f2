// The bytes of a picture to the integers that the network computes with: a
// table for each channel, a pixel a beat. Latency 1, one pixel a cycle.
module input_stage #(
    parameter CHANNELS = 3,
    parameter STAGE = 0,
    parameter CONTENTS = ""  // docs/fpga.md
) (
    input clk,
    input reset,
    input config_valid,
    input config_select,
    input [31:0] config_data,
    input in_valid,
    output in_ready,
    input [CHANNELS*8-1:0] in_data,
    output out_valid,
    input out_ready,
    output [CHANNELS*8-1:0] out_data
);
  byte_tables #(
      .LANES(CHANNELS),
      .OWN(1),
      .STAGE(STAGE),
      .CONTENTS(CONTENTS)
  ) tables (
      .clk(clk),
      .reset(reset),
      .config_valid(config_valid),
      .config_select(config_select),
      .config_data(config_data),
      .in_valid(in_valid),
      .in_ready(in_ready),
      .in_data(in_data),
      .out_valid(out_valid),
      .out_ready(out_ready),
      .out_data(out_data)
  );
endmodule
