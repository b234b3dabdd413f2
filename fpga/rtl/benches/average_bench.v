// global_average_pool against its definition.
module average_bench;
  `include "bench.vh"
  parameter PIXELS = 10;
  localparam CHANNELS = 3, BITS = 9, PICTURES = 40, SUM = 32;
  localparam [31:0] COUNT = PIXELS * PICTURES;
  localparam signed [BITS-1:0] ZERO = 97;

  reg [CHANNELS*BITS-1:0] pixels[0:COUNT-1];
  integer i, seed = SEED;
  initial for (i = 0; i < COUNT; i = i + 1) pixels[i] = $random(seed);

  wire in_valid, in_ready, out_valid, out_ready;
  wire [31:0] sent, received, broken;
  wire [CHANNELS*SUM-1:0] sums;
  stream_source #(.STALL(STALL), .SEED(SEED)) source (
      .clk(clk), .reset(reset), .count(COUNT),
      .valid(in_valid), .ready(in_ready), .index(sent));
  global_average_pool #(
      .CHANNELS(CHANNELS), .BITS(BITS), .PIXELS(PIXELS)) dut (
      .clk(clk), .reset(reset), .zero_point(ZERO),
      .in_valid(in_valid), .in_ready(in_ready), .in_pixel(pixels[sent]),
      .out_valid(out_valid), .out_ready(out_ready), .out_sums(sums));
  stream_sink #(.WIDTH(CHANNELS * SUM), .STALL(STALL), .SEED(SEED)) sink (
      .clk(clk), .reset(reset), .valid(out_valid), .data(sums),
      .ready(out_ready), .index(received), .broken(broken));

  integer channel, expected;
  reg signed [BITS-1:0] value;
  always @(posedge clk)
    if (!reset && out_valid && out_ready) begin
      for (channel = 0; channel < CHANNELS; channel = channel + 1) begin
        expected = 0;
        for (i = 0; i < PIXELS; i = i + 1) begin
          value = pixels[received*PIXELS+i][channel*BITS+:BITS];
          expected = expected + value - ZERO;
        end
        check(sums[channel*SUM+:SUM] === expected);
      end
      if (received == PICTURES - 1) begin
        check(broken == 0);
        finish;
      end
    end
endmodule
