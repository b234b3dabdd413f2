// result = (term * multiplier + 2^(TERM-2)) >> (TERM-1), both signed and
// multiplier not -2^(TERM-1): it cannot overflow. Combinational.
module rounding_high_multiply #(
    parameter TERM = 16
) (
    input signed [TERM-1:0] term,
    input signed [TERM-1:0] multiplier,
    output [TERM-1:0] result
);
  localparam HALF = 1 << (TERM - 2);
  wire signed [2*TERM-1:0] product = term * multiplier;
  wire signed [2*TERM-1:0] rounded = product + HALF[2*TERM-1:0];
  assign result = rounded[2*TERM-2:TERM-1];
  wire unused = &{rounded[2*TERM-1], rounded[TERM-2:0]};  // shifted out
endmodule
