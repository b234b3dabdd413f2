// An exact sum to an output integer, as docs/integer_arithmetic.md has it:
//   acc = sum + bias                                  wraps at SUM bits
//   t   = saturate(round(acc / 2^shift))              to TERM bits, halves up
//   r   = (t * multiplier + 2^(TERM-2)) >> (TERM-1)
//   q   = clamp(r + zero_point, lowest, highest)
// The project's arithmetic is SUM 32, TERM 16; smaller ones are for proofs.
//
// OUT  bits of a signed output: 9 holds bytes of either sign, 16 anything
//
// bias and multiplier go with each sum; shift, zero_point, lowest and highest
// belong to the layer and hold still while sums are inside. multiplier is not
// -2^(TERM-1). Latency 4, one sum a cycle; in_ready depends on out_ready.
module requantise #(
    parameter SUM = 32,
    parameter TERM = 16,
    parameter OUT = 9,
    parameter SHIFT = 5  // bits of shift, which is at most SUM - 1
) (
    input clk,
    input reset,
    input [SHIFT-1:0] shift,
    input signed [OUT-1:0] zero_point,
    input signed [OUT-1:0] lowest,
    input signed [OUT-1:0] highest,
    input in_valid,
    output in_ready,
    input in_last,
    input signed [SUM-1:0] in_sum,
    input signed [SUM-1:0] in_bias,
    input signed [TERM-1:0] in_multiplier,
    output out_valid,
    input out_ready,
    output out_last,
    output signed [OUT-1:0] out_value
);
  reg [3:0] valid, last;
  wire advance = out_ready || !out_valid;
  assign in_ready = advance;
  assign out_valid = valid[3];
  assign out_last = last[3];
  always @(posedge clk)
    if (reset) valid <= 4'b0;
    else if (advance) begin
      valid <= {valid[2:0], in_valid};
      last <= {last[2:0], in_last};
    end

  reg signed [SUM-1:0] accumulator;
  reg signed [TERM-1:0] multiplier_1, multiplier_2;
  always @(posedge clk)
    if (advance) begin
      accumulator <= in_sum + in_bias;
      multiplier_1 <= in_multiplier;
      multiplier_2 <= multiplier_1;
    end

  wire signed [TERM-1:0] saturated;
  rounding_shift #(
      .IN(SUM),
      .OUT(TERM),
      .SHIFT(SHIFT)
  ) round (
      .shift(shift),
      .value(accumulator),
      .result(saturated)
  );
  reg signed [TERM-1:0] term;
  always @(posedge clk) if (advance) term <= saturated;

  wire signed [TERM-1:0] product;
  rounding_high_multiply #(
      .TERM(TERM)
  ) multiply (
      .term(term),
      .multiplier(multiplier_2),
      .result(product)
  );
  reg signed [TERM-1:0] scaled;
  always @(posedge clk) if (advance) scaled <= product;

  wire signed [OUT-1:0] clamped;
  clamp_output #(
      .IN(TERM),
      .OUT(OUT)
  ) clamp (
      .value(scaled),
      .zero_point(zero_point),
      .lowest(lowest),
      .highest(highest),
      .result(clamped)
  );
  reg signed [OUT-1:0] value;
  always @(posedge clk) if (advance) value <= clamped;
  assign out_value = value;
endmodule
