// fifo and skid_buffer: what enters leaves, in order, once, at full rate where
// nothing stalls.
module queue_bench;
  `include "bench.vh"
  parameter SKID = 0;  // 1: skid_buffer
  localparam COUNT = 2000;
  wire in_valid, in_ready, out_valid, out_ready;
  wire [31:0] sent, received, broken;
  wire [15:0] out_data;
  integer first_cycle = 0;

  function [15:0] word(input [31:0] index);
    word = (index * 32'd40503) >> 4;
  endfunction

  stream_source #(.STALL(STALL), .SEED(SEED)) source (
      .clk(clk), .reset(reset), .count(COUNT),
      .valid(in_valid), .ready(in_ready), .index(sent));
  generate
    if (SKID != 0) begin : skid
      skid_buffer #(.WIDTH(16)) queue (
          .clk(clk), .reset(reset),
          .in_valid(in_valid), .in_ready(in_ready), .in_data(word(sent)),
          .out_valid(out_valid), .out_ready(out_ready), .out_data(out_data));
    end else begin : fifo
      fifo #(.WIDTH(16), .ADDRESS(2)) queue (
          .clk(clk), .reset(reset),
          .in_valid(in_valid), .in_ready(in_ready), .in_data(word(sent)),
          .out_valid(out_valid), .out_ready(out_ready), .out_data(out_data));
    end
  endgenerate
  stream_sink #(.WIDTH(16), .STALL(STALL), .SEED(SEED)) sink (
      .clk(clk), .reset(reset), .valid(out_valid), .data(out_data),
      .ready(out_ready), .index(received), .broken(broken));

  always @(posedge clk)
    if (!reset && out_valid && out_ready) begin
      check(out_data === word(received));
      if (received == 0) first_cycle = cycle;
      if (received == COUNT - 1) begin
        check(broken == 0);
        if (STALL == 0) check(cycle - first_cycle == COUNT - 1);
        finish;
      end
    end
endmodule
