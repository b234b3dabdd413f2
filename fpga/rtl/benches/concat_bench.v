// concat_stage: for each pixel the beats of a, then those of b, whatever either
// does, and at full rate without stalls.
module concat_bench;
  `include "bench.vh"
  parameter LANES = 2;
  parameter A_CHANNELS = 4;
  parameter B_CHANNELS = 5;
  localparam A = A_CHANNELS / LANES, B = (B_CHANNELS + LANES - 1) / LANES;
  localparam PIXELS = 500, COUNT = PIXELS * (A + B);
  localparam [31:0] A_COUNT = PIXELS * A, B_COUNT = PIXELS * B;
  function [LANES*8-1:0] word(input [31:0] stream, input [31:0] index);
    word = {LANES{8'd1}} * ((index * 32'd40503 + stream * 32'd977) >> 4);
  endfunction

  wire a_valid, a_ready, b_valid, b_ready, out_valid, out_ready;
  wire [31:0] a_sent, b_sent, received, broken;
  wire [LANES*8-1:0] out_data;
  stream_source #(.STALL(STALL), .SEED(SEED)) a_source (
      .clk(clk), .reset(reset), .count(A_COUNT),
      .valid(a_valid), .ready(a_ready), .index(a_sent));
  stream_source #(.STALL(STALL * 2), .SEED(SEED + 1)) b_source (
      .clk(clk), .reset(reset), .count(B_COUNT),
      .valid(b_valid), .ready(b_ready), .index(b_sent));
  concat_stage #(
      .LANES(LANES), .A_CHANNELS(A_CHANNELS), .B_CHANNELS(B_CHANNELS)) dut (
      .clk(clk), .reset(reset),
      .a_valid(a_valid), .a_ready(a_ready), .a_data(word(0, a_sent)),
      .b_valid(b_valid), .b_ready(b_ready), .b_data(word(1, b_sent)),
      .out_valid(out_valid), .out_ready(out_ready), .out_data(out_data));
  stream_sink #(.WIDTH(LANES * 8), .STALL(STALL), .SEED(SEED)) sink (
      .clk(clk), .reset(reset), .valid(out_valid), .data(out_data),
      .ready(out_ready), .index(received), .broken(broken));

  integer first_cycle = 0, pixel, beat;
  always @(posedge clk)
    if (!reset && out_valid && out_ready) begin
      pixel = received / (A + B);
      beat = received % (A + B);
      check(out_data === (beat < A ? word(0, pixel * A + beat)
                                   : word(1, pixel * B + beat - A)));
      if (received == 0) first_cycle = cycle;
      if (received == COUNT - 1) begin
        check(broken == 0);
        if (STALL == 0) check(cycle - first_cycle == COUNT - 1);
        finish;
      end
    end
endmodule
