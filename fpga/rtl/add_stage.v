// Add of docs/integer_arithmetic.md on LANES channels a cycle: the sum of two
// streams, or one stream alone (a Relu that stands alone).
//
// Parameters: docs/fpga.md. Latency 3, one beat a cycle; a beat is taken when
// both streams have one.
module add_stage #(
    parameter LANES = 4,
    parameter INPUTS = 2,
    parameter MULTIPLIER = 1,
    parameter A_SIGNED = 0,
    parameter A_ZERO = 0,
    parameter A_FACTOR = 16384,
    parameter B_SIGNED = 0,
    parameter B_ZERO = 0,
    parameter B_FACTOR = 16383,
    parameter SHIFT = 7,
    parameter OUT_ZERO = 0,
    parameter OUT_LOW = 0,
    parameter OUT_HIGH = 255
) (
    input clk,
    input reset,
    input a_valid,
    output a_ready,
    input [LANES*8-1:0] a_data,
    input b_valid,
    output b_ready,
    input [LANES*8-1:0] b_data,
    output out_valid,
    input out_ready,
    output [LANES*8-1:0] out_data
);
  localparam [31:0] ZERO_A = A_ZERO, ZERO_B = B_ZERO, ZERO = OUT_ZERO;
  localparam [31:0] FACTOR_A = A_FACTOR, FACTOR_B = INPUTS == 2 ? B_FACTOR : 0;
  localparam [31:0] LOW = OUT_LOW, HIGH = OUT_HIGH, BY = SHIFT;
  wire [LANES-1:0] a_readies, b_readies, valids;  // all alike
  assign a_ready = &a_readies;
  assign b_ready = &b_readies && INPUTS == 2;
  assign out_valid = &valids;
  genvar lane;
  generate
    for (lane = 0; lane < LANES; lane = lane + 1) begin : lanes
      wire [7:0] a = a_data[lane*8+:8];
      wire [7:0] b = INPUTS == 2 ? b_data[lane*8+:8] : 8'd0;
      wire [8:0] sum;
      residual_add #(
          .MULTIPLIER(MULTIPLIER)
      ) add (
          .clk(clk),
          .reset(reset),
          .a_zero_point(ZERO_A[8:0]),
          .b_zero_point(ZERO_B[8:0]),
          .a_multiplier(FACTOR_A[15:0]),
          .b_multiplier(FACTOR_B[15:0]),
          .shift(BY[4:0]),
          .zero_point(ZERO[8:0]),
          .lowest(LOW[8:0]),
          .highest(HIGH[8:0]),
          .a_valid(a_valid),
          .a_ready(a_readies[lane]),
          .a_value({A_SIGNED != 0 && a[7], a}),
          .b_valid(b_valid || INPUTS != 2),
          .b_ready(b_readies[lane]),
          .b_value({B_SIGNED != 0 && b[7], b}),
          .out_valid(valids[lane]),
          .out_ready(out_ready),
          .out_value(sum)
      );
      assign out_data[lane*8+:8] = sum[7:0];
      wire unused = sum[8];
    end
  endgenerate
  wire unused = &b_data;
endmodule
