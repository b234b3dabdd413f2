// term = ((value - zero_point) * multiplier + 2^7) >> 8: an 8-bit value as a
// term of an Add. Latency 2, one value a cycle. |value - zero_point| <= 255.
//
// scale_term.v computes the same for multipliers that are constants; here they
// are not, and rows by the value's 9 bits are 75 LUTs less than by the
// multiplier's 16.
//
// MULTIPLIER  0: the tool's own (a DSP block where there is one);
//             1: rows of adders, for parts without DSP blocks
module array_term #(
    parameter MULTIPLIER = 1
) (
    input clk,
    input [8:0] value,
    input [8:0] zero_point,
    input [15:0] multiplier,
    output reg [15:0] term
);
  reg signed [8:0] centred;
  always @(posedge clk) centred <= value - zero_point;
  wire signed [24:0] product;
  generate
    if (MULTIPLIER != 0) begin : rows
      multiply_rows #(
          .BITS(16),
          .WEIGHT_BITS(9)
      ) multiply (
          .value(multiplier),
          .weight(centred),
          .product(product)
      );
    end else begin : direct
      wire signed [15:0] factor = multiplier;
      assign product = centred * factor;
    end
  endgenerate
  wire [24:0] rounded = product + 25'sd128;
  wire unused = &{rounded[24], rounded[7:0]};
  always @(posedge clk) term <= rounded[23:8];
endmodule
