// result = (align(value) * multiplier + 2^14) >> 15: a term of an Add, scaled.
// A register between both steps: latency 1.
//
// IN, ALIGN, MULTIPLIER  as in residual_add
module scale_term #(
    parameter IN = 9,
    parameter ALIGN = 7,
    parameter MULTIPLIER = 0
) (
    input clk,
    input advance,
    input [IN-1:0] value,
    input [IN-1:0] zero_point,
    input signed [15:0] multiplier,
    output [15:0] result
);
  generate
    if (MULTIPLIER != 0) begin : rows
      // Differences of bytes: (d << 7) * multiplier, without the zeros.
      reg [8:0] difference;
      always @(posedge clk)
        if (advance) difference <= value[8:0] - zero_point[8:0];
      wire [24:0] product;
      multiply_rows #(
          .BITS(9),
          .WEIGHT_BITS(16)
      ) multiply (
          .value(difference),
          .weight(multiplier),
          .product(product)
      );
      wire [24:0] rounded = product + 25'd128;
      assign result = rounded[23:8];
      wire unused = &{rounded[24], rounded[7:0]};
    end else begin : direct
      wire [15:0] aligned;
      align_term #(
          .IN(IN),
          .ALIGN(ALIGN)
      ) align (
          .value(value),
          .zero_point(zero_point),
          .result(aligned)
      );
      reg signed [15:0] term;
      always @(posedge clk) if (advance) term <= aligned;
      rounding_high_multiply multiply (
          .term(term),
          .multiplier(multiplier),
          .result(result)
      );
    end
  endgenerate
endmodule
