// An exact sum to an output integer, as docs/integer_arithmetic.md has it:
//   acc = sum + bias                                  wraps at SUM bits
//   t   = saturate(round(acc / 2^shift))              to TERM bits, halves up
//   r   = (t * multiplier + 2^(TERM-2)) >> (TERM-1)
//   q   = clamp(r + zero_point, lowest, highest)
// The project's arithmetic is SUM 32, TERM 16; smaller ones are for proofs.
//
// OUT  bits of a signed output: 9 holds bytes of either sign, 16 anything
// MULTIPLIER  0: the tool's own (a DSP block where there is one);
//             1: rows of adders, TERM even
//
// bias and multiplier go with each sum; shift, zero_point, lowest and highest
// belong to the layer and hold still while sums are inside. multiplier is not
// -2^(TERM-1). Latency 4, with MULTIPLIER 3 + ceil(TERM / 4); one sum a cycle;
// in_ready depends on out_ready.
module requantise #(
    parameter SUM = 32,
    parameter TERM = 16,
    parameter OUT = 9,
    parameter SHIFT = 5,  // bits of shift, which is at most SUM - 1
    parameter MULTIPLIER = 0
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
  localparam LATENCY = 3 + (MULTIPLIER != 0 ? (TERM + 3) / 4 : 1);
  reg [LATENCY-1:0] valid, last;
  wire advance = out_ready || !out_valid;
  assign in_ready = advance;
  assign out_valid = valid[LATENCY-1];
  assign out_last = last[LATENCY-1];
  always @(posedge clk)
    if (reset) valid <= {LATENCY{1'b0}};
    else if (advance) begin
      valid <= {valid[LATENCY-2:0], in_valid};
      last <= {last[LATENCY-2:0], in_last};
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

  wire signed [TERM-1:0] scaled;
  generate
    if (MULTIPLIER != 0) begin : rows
      rounding_high_rows #(
          .TERM(TERM)
      ) multiply (
          .clk(clk),
          .advance(advance),
          .term(term),
          .multiplier(multiplier_2),
          .result(scaled)
      );
    end else begin : direct
      wire signed [TERM-1:0] product;
      rounding_high_multiply #(
          .TERM(TERM)
      ) multiply (
          .term(term),
          .multiplier(multiplier_2),
          .result(product)
      );
      reg signed [TERM-1:0] product_q;
      always @(posedge clk) if (advance) product_q <= product;
      assign scaled = product_q;
    end
  endgenerate

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
