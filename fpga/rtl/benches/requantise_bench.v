// requantise against vectors of the project's own arithmetic (see
// make_vectors.cc): +vectors=FILE. The layer's numbers change only while
// nothing is inside.
module requantise_bench;
  `include "bench.vh"
  parameter OUT = 9;
  parameter MULTIPLIER = 0;
  localparam COUNT = 4000;
  integer shift[0:COUNT-1], zero[0:COUNT-1], low[0:COUNT-1], high[0:COUNT-1];
  integer sum[0:COUNT-1], bias[0:COUNT-1], multiplier[0:COUNT-1];
  integer expected[0:COUNT-1];
  reg [8*200-1:0] name;
  integer file, i, read;
  initial begin
    read = 0;
    if ($value$plusargs("vectors=%s", name)) begin
      file = $fopen(name, "r");
      for (i = 0; i < COUNT; i = i + 1)
        read = read + $fscanf(file, "%d %d %d %d %d %d %d %d",
            shift[i], zero[i], low[i], high[i], sum[i], bias[i],
            multiplier[i], expected[i]);
    end
    if (read != 8 * COUNT) begin
      $display("FAIL: +vectors= needs a file of %0d lines", COUNT);
      $finish_and_return(1);
    end
  end

  wire in_valid, in_ready, out_valid, out_ready, out_last;
  wire [31:0] sent, received, broken;
  wire signed [OUT-1:0] value;
  // 100 vectors a layer: the next layer waits until this one has left.
  wire same = sent / 100 == received / 100;
  wire ready;
  assign in_ready = ready && same;
  stream_source #(.STALL(STALL), .SEED(SEED)) source (
      .clk(clk), .reset(reset), .count(COUNT),
      .valid(in_valid), .ready(in_ready), .index(sent));
  requantise #(.OUT(OUT), .MULTIPLIER(MULTIPLIER)) dut (
      .clk(clk), .reset(reset), .shift(shift[received][4:0]),
      .zero_point(zero[received][OUT-1:0]), .lowest(low[received][OUT-1:0]),
      .highest(high[received][OUT-1:0]),
      .in_valid(in_valid && same), .in_ready(ready), .in_last(sent[0]),
      .in_sum(sum[sent]), .in_bias(bias[sent]),
      .in_multiplier(multiplier[sent][15:0]),
      .out_valid(out_valid), .out_ready(out_ready), .out_last(out_last),
      .out_value(value));
  stream_sink #(.WIDTH(OUT + 1), .STALL(STALL), .SEED(SEED)) sink (
      .clk(clk), .reset(reset), .valid(out_valid), .data({out_last, value}),
      .ready(out_ready), .index(received), .broken(broken));

  always @(posedge clk)
    if (!reset) begin
      if (out_valid && out_ready)
        check(value === expected[received] && out_last === received[0]);
      if (received == COUNT) begin
        check(broken == 0);
        finish;
      end
    end
endmodule
