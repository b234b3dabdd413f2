// residual_add against vectors of the project's own arithmetic (see
// make_vectors.cc): +vectors=FILE, its two inputs stalling independently. The
// layer's numbers change only while nothing is inside.
module add_bench;
  `include "bench.vh"
  parameter BITS = 9;  // of a value: 9 for bytes, 16
  parameter MULTIPLIER = 0;
  localparam COUNT = 4000;
  integer shift[0:COUNT-1], zero[0:COUNT-1], low[0:COUNT-1], high[0:COUNT-1];
  integer zero_a[0:COUNT-1], zero_b[0:COUNT-1];
  integer left[0:COUNT-1], right[0:COUNT-1];
  integer a[0:COUNT-1], b[0:COUNT-1], expected[0:COUNT-1];
  reg [8*200-1:0] name;
  integer file, i, read;
  initial begin
    read = 0;
    if ($value$plusargs("vectors=%s", name)) begin
      file = $fopen(name, "r");
      for (i = 0; i < COUNT; i = i + 1)
        read = read + $fscanf(file, "%d %d %d %d %d %d %d %d %d %d %d",
            shift[i], zero[i], low[i], high[i], zero_a[i], zero_b[i],
            left[i], right[i], a[i], b[i], expected[i]);
    end
    if (read != 11 * COUNT) begin
      $display("FAIL: +vectors= needs a file of %0d lines", COUNT);
      $finish_and_return(1);
    end
  end

  wire a_valid, a_ready, b_valid, b_ready, out_valid, out_ready;
  wire a_dut_ready, b_dut_ready;
  wire [31:0] a_sent, b_sent, received, broken;
  wire signed [BITS-1:0] value;
  // 100 vectors a layer: the next layer waits until this one has left.
  wire a_same = a_sent / 100 == received / 100;
  wire b_same = b_sent / 100 == received / 100;
  assign a_ready = a_dut_ready && a_same;
  assign b_ready = b_dut_ready && b_same;
  stream_source #(.STALL(STALL), .SEED(SEED)) a_source (
      .clk(clk), .reset(reset), .count(COUNT),
      .valid(a_valid), .ready(a_ready), .index(a_sent));
  stream_source #(.STALL(STALL), .SEED(SEED + 1)) b_source (
      .clk(clk), .reset(reset), .count(COUNT),
      .valid(b_valid), .ready(b_ready), .index(b_sent));
  residual_add #(.IN(BITS), .ALIGN(BITS == 16 ? 0 : 7), .OUT(BITS),
                 .MULTIPLIER(MULTIPLIER)) dut (
      .clk(clk), .reset(reset),
      .a_zero_point(zero_a[received][BITS-1:0]),
      .b_zero_point(zero_b[received][BITS-1:0]),
      .a_multiplier(left[received][15:0]),
      .b_multiplier(right[received][15:0]), .shift(shift[received][4:0]),
      .zero_point(zero[received][BITS-1:0]),
      .lowest(low[received][BITS-1:0]), .highest(high[received][BITS-1:0]),
      .a_valid(a_valid && a_same), .a_ready(a_dut_ready),
      .a_value(a[a_sent][BITS-1:0]),
      .b_valid(b_valid && b_same), .b_ready(b_dut_ready),
      .b_value(b[b_sent][BITS-1:0]),
      .out_valid(out_valid), .out_ready(out_ready), .out_value(value));
  stream_sink #(.WIDTH(BITS), .STALL(STALL), .SEED(SEED)) sink (
      .clk(clk), .reset(reset), .valid(out_valid), .data(value),
      .ready(out_ready), .index(received), .broken(broken));

  always @(posedge clk)
    if (!reset && out_valid && out_ready) begin
      check(value === expected[received]);
      if (received == COUNT - 1) begin
        check(broken == 0);
        finish;
      end
    end
endmodule
