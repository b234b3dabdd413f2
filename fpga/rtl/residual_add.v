// Add of docs/integer_arithmetic.md, two values at a time:
//   term = (q - zero_point) << ALIGN                  16 bits
//   sum  = sum of (term * multiplier + 2^14) >> 15
//   q    = clamp(round(sum / 2^shift) + zero_point, lowest, highest)
// A fused Relu is lowest = zero point of the output.
//
// IN     bits of a signed input: 9 for bytes of either sign, 16 otherwise
// ALIGN  7 for inputs of 8 bits, 0 for 16
// OUT    bits of a signed output
// MULTIPLIER  0: the tool's own (a DSP block where there is one);
//             1: rows of adders, none where a constant multiplier has a 0;
//             values are bytes (IN 9, ALIGN 7)
//
// Both inputs move together: a beat is taken when both are valid. |multiplier
// a| + |multiplier b| <= 32767. All but the streams belongs to the layer and
// holds still while values are inside. Latency 3, one pair a cycle.
module residual_add #(
    parameter IN = 9,
    parameter ALIGN = 7,
    parameter OUT = 9,
    parameter MULTIPLIER = 0
) (
    input clk,
    input reset,
    input signed [IN-1:0] a_zero_point,
    input signed [IN-1:0] b_zero_point,
    input signed [15:0] a_multiplier,
    input signed [15:0] b_multiplier,
    input [4:0] shift,
    input signed [OUT-1:0] zero_point,
    input signed [OUT-1:0] lowest,
    input signed [OUT-1:0] highest,
    input a_valid,
    output a_ready,
    input signed [IN-1:0] a_value,
    input b_valid,
    output b_ready,
    input signed [IN-1:0] b_value,
    output out_valid,
    input out_ready,
    output signed [OUT-1:0] out_value
);
  reg [2:0] valid;
  wire advance = out_ready || !out_valid;
  assign a_ready = advance && b_valid;
  assign b_ready = advance && a_valid;
  assign out_valid = valid[2];
  always @(posedge clk)
    if (reset) valid <= 3'b0;
    else if (advance) valid <= {valid[1:0], a_valid && b_valid};

  wire [15:0] a_scaled, b_scaled;
  scale_term #(
      .IN(IN),
      .ALIGN(ALIGN),
      .MULTIPLIER(MULTIPLIER)
  ) scale_a (
      .clk(clk),
      .advance(advance),
      .value(a_value),
      .zero_point(a_zero_point),
      .multiplier(a_multiplier),
      .result(a_scaled)
  );
  scale_term #(
      .IN(IN),
      .ALIGN(ALIGN),
      .MULTIPLIER(MULTIPLIER)
  ) scale_b (
      .clk(clk),
      .advance(advance),
      .value(b_value),
      .zero_point(b_zero_point),
      .multiplier(b_multiplier),
      .result(b_scaled)
  );
  reg [15:0] sum;
  always @(posedge clk) if (advance) sum <= a_scaled + b_scaled;

  wire [15:0] rounded;
  rounding_shift #(
      .IN(32),  // shift is up to 31
      .OUT(16)
  ) round (
      .shift(shift),
      .value({{16{sum[15]}}, sum}),
      .result(rounded)
  );
  wire signed [OUT-1:0] clamped;
  clamp_output #(
      .IN(16),
      .OUT(OUT)
  ) clamp (
      .value(rounded),
      .zero_point(zero_point),
      .lowest(lowest),
      .highest(highest),
      .result(clamped)
  );
  reg signed [OUT-1:0] value;
  always @(posedge clk) if (advance) value <= clamped;
  assign out_value = value;
endmodule
