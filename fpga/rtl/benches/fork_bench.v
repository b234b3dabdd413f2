// fork_stream: both outputs get each word once, in order, whatever the other
// does, and at full rate without stalls.
module fork_bench;
  `include "bench.vh"
  localparam COUNT = 2000;
  wire in_valid, in_ready, a_valid, a_ready, b_valid, b_ready;
  wire [31:0] sent, a_received, b_received, a_broken, b_broken;
  wire [15:0] a_data, b_data;
  function [15:0] word(input [31:0] index);
    word = (index * 32'd40503) >> 4;
  endfunction
  stream_source #(.STALL(STALL), .SEED(SEED)) source (
      .clk(clk), .reset(reset), .count(COUNT),
      .valid(in_valid), .ready(in_ready), .index(sent));
  fork_stream #(.WIDTH(16)) dut (
      .clk(clk), .reset(reset),
      .in_valid(in_valid), .in_ready(in_ready), .in_data(word(sent)),
      .a_valid(a_valid), .a_ready(a_ready), .a_data(a_data),
      .b_valid(b_valid), .b_ready(b_ready), .b_data(b_data));
  stream_sink #(.WIDTH(16), .STALL(STALL), .SEED(SEED)) a_sink (
      .clk(clk), .reset(reset), .valid(a_valid), .data(a_data),
      .ready(a_ready), .index(a_received), .broken(a_broken));
  stream_sink #(.WIDTH(16), .STALL(STALL * 2), .SEED(SEED + 1)) b_sink (
      .clk(clk), .reset(reset), .valid(b_valid), .data(b_data),
      .ready(b_ready), .index(b_received), .broken(b_broken));
  integer first_cycle = 0;
  always @(posedge clk)
    if (!reset) begin
      if (a_valid && a_ready) check(a_data === word(a_received));
      if (b_valid && b_ready) check(b_data === word(b_received));
      if (a_valid && a_ready && a_received == 0) first_cycle = cycle;
      if (a_received == COUNT && b_received == COUNT) begin
        check(a_broken == 0 && b_broken == 0 && sent == COUNT);
        if (STALL == 0) check(cycle - first_cycle == COUNT);
        finish;
      end
    end
endmodule
