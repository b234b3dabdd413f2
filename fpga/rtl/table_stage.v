// Looks each byte of a beat up in a table of 256 bytes: one table for all
// lanes, a function of each byte; or one for each, the bytes of a picture to
// the integers that the network computes with.
//
// LANES  bytes of a beat
// OWN    1: lane i has the table in memory i; 0: all have that in memory 0
// STAGE, CONTENTS and configuration: docs/fpga.md
//
// Latency 1, one beat a cycle; in_ready depends on out_ready.
module table_stage #(
    parameter LANES = 3,
    parameter OWN = 1,
    parameter STAGE = 0,
    parameter CONTENTS = ""
) (
    input clk,
    input reset,
    input config_valid,
    input config_select,
    input [31:0] config_data,
    input in_valid,
    output in_ready,
    input [LANES*8-1:0] in_data,
    output reg out_valid,
    input out_ready,
    output [LANES*8-1:0] out_data
);
  wire write;
  wire [7:0] write_memory;
  wire [15:0] write_address;
  wire [31:0] write_word;
  config_writer #(
      .STAGE(STAGE),
      .PARTS(1),
      .FIRST_PARTS(1),
      .OTHER_PARTS(1)
  ) writer (
      .clk(clk),
      .config_valid(config_valid),
      .config_select(config_select),
      .config_data(config_data),
      .write(write),
      .memory(write_memory),
      .address(write_address),
      .word(write_word)
  );

  assign in_ready = out_ready || !out_valid;
  always @(posedge clk)
    if (reset) out_valid <= 1'b0;
    else if (in_ready) out_valid <= in_valid;

  genvar lane;
  generate
    for (lane = 0; lane < LANES; lane = lane + 1) begin : lanes
      localparam TABLE = OWN != 0 ? lane : 0;
      localparam [31:0] MEMORY = TABLE;
      localparam [7:0] TENS = 48 + TABLE / 10, ONES = 48 + TABLE % 10;
      memory #(
          .WORD(8),
          .ADDRESS(8),
          .DEPTH(256),
          .CONTENTS(CONTENTS == "" ? "" : {CONTENTS, TENS, ONES, ".mem"})
      ) table_memory (
          .clk(clk),
          .write_enable(write && write_memory == MEMORY[7:0]),
          .write_address(write_address[7:0]),
          .write_word(write_word[7:0]),
          .read_enable(in_ready && in_valid),
          .read_address(in_data[lane*8+:8]),
          .read_word(out_data[lane*8+:8])
      );
    end
  endgenerate
  wire unused = &{write_address[15:8], write_word[31:8]};
endmodule
