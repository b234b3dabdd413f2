// add_stage against Add of docs/integer_arithmetic.md, its two inputs stalling
// independently, and its latency. add_bench holds the arithmetic itself against
// the project's own.
module add_stage_bench;
  `include "bench.vh"
  parameter LANES = 3;
  parameter INPUTS = 2;
  parameter MULTIPLIER = 1;
  parameter A_SIGNED = 0;
  parameter A_ZERO = 5;
  parameter A_FACTOR = 20001;
  parameter B_SIGNED = 1;
  parameter B_ZERO = -9;
  parameter B_FACTOR = -12766;
  parameter SHIFT = 6;
  parameter OUT_ZERO = -20;
  parameter OUT_LOW = -128;
  parameter OUT_HIGH = 127;
  localparam COUNT = 1000;
  reg [LANES*8-1:0] left[0:COUNT-1], right[0:COUNT-1];
  integer i, seed = SEED;
  function [7:0] any(input integer unused);
    case ($dist_uniform(seed, 0, 9))
      0: any = 8'h00;
      1: any = 8'h7f;
      2: any = 8'h80;
      3: any = 8'hff;
      default: any = $random(seed);
    endcase
  endfunction
  initial
    for (i = 0; i < COUNT * LANES; i = i + 1) begin
      left[i/LANES][i%LANES*8+:8] = any(0);
      right[i/LANES][i%LANES*8+:8] = any(0);
    end

  wire a_valid, a_ready, b_valid, b_ready, out_valid, out_ready;
  wire [31:0] a_sent, b_sent, received, broken;
  wire [LANES*8-1:0] out_data;
  stream_source #(.STALL(STALL), .SEED(SEED)) a_source (
      .clk(clk), .reset(reset), .count(COUNT),
      .valid(a_valid), .ready(a_ready), .index(a_sent));
  stream_source #(.STALL(STALL), .SEED(SEED + 1)) b_source (
      .clk(clk), .reset(reset || INPUTS != 2), .count(COUNT),
      .valid(b_valid), .ready(b_ready), .index(b_sent));
  add_stage #(
      .LANES(LANES), .INPUTS(INPUTS), .MULTIPLIER(MULTIPLIER),
      .A_SIGNED(A_SIGNED), .A_ZERO(A_ZERO), .A_FACTOR(A_FACTOR),
      .B_SIGNED(B_SIGNED), .B_ZERO(B_ZERO), .B_FACTOR(B_FACTOR),
      .SHIFT(SHIFT), .OUT_ZERO(OUT_ZERO), .OUT_LOW(OUT_LOW),
      .OUT_HIGH(OUT_HIGH)) dut (
      .clk(clk), .reset(reset),
      .a_valid(a_valid), .a_ready(a_ready), .a_data(left[a_sent]),
      .b_valid(b_valid), .b_ready(b_ready), .b_data(right[b_sent]),
      .out_valid(out_valid), .out_ready(out_ready), .out_data(out_data));
  stream_sink #(.WIDTH(LANES * 8), .STALL(STALL), .SEED(SEED)) sink (
      .clk(clk), .reset(reset), .valid(out_valid), .data(out_data),
      .ready(out_ready), .index(received), .broken(broken));

  integer sum, lane, first_cycle = 0;
  function integer term(input [7:0] raw, input is_signed, input integer zero,
                        input integer factor);
    begin
      term = raw;  // an integer: what follows is signed
      if (is_signed && raw[7]) term = term - 256;
      term = ((term - zero) * 128 * factor + 16384) >>> 15;
    end
  endfunction
  task add(input [7:0] a, input [7:0] b);
    begin
      sum = term(a, A_SIGNED != 0, A_ZERO, A_FACTOR);
      if (INPUTS == 2) sum = sum + term(b, B_SIGNED != 0, B_ZERO, B_FACTOR);
      if (SHIFT != 0) sum = (sum + (1 << SHIFT - 1)) >>> SHIFT;
      sum = sum + OUT_ZERO;
      if (sum > OUT_HIGH) sum = OUT_HIGH;
      if (sum < OUT_LOW) sum = OUT_LOW;
    end
  endtask
  always @(posedge clk) begin
    if (a_valid && a_ready && a_sent == 0 && !reset) first_cycle = cycle;
    if (!reset && out_valid && out_ready) begin
      for (lane = 0; lane < LANES; lane = lane + 1) begin
        add(left[received] >> lane * 8, right[received] >> lane * 8);
        check(out_data[lane*8+:8] === sum[7:0]);
      end
      if (received == COUNT - 1) begin
        check(broken == 0 && (INPUTS == 2 || b_ready === 1'b0));
        if (STALL == 0) check(cycle - first_cycle == COUNT + 2);
        finish;
      end
    end
  end
endmodule
