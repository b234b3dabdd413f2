// product = value * weight, both signed, from adders: one for each two bits of
// the weight (booth_row).
// Combinational. BITS >= 2, WEIGHT_BITS >= 2.
module multiply_rows #(
    parameter BITS = 9,
    parameter WEIGHT_BITS = 8
) (
    input [BITS-1:0] value,
    input [WEIGHT_BITS-1:0] weight,
    output [BITS+WEIGHT_BITS-1:0] product
);
  localparam ROWS = (WEIGHT_BITS + 1) / 2, ODD = WEIGHT_BITS % 2;
  wire [2*ROWS:0] digits =
      {{ODD{weight[WEIGHT_BITS-1]}}, weight, 1'b0};  // each overlaps the next
  wire [(ROWS+1)*(BITS+2)-1:0] sums;  // of the rows so far, final bits dropped
  wire [2*ROWS+BITS-1:0] all;
  assign sums[BITS+1:0] = {BITS + 2{1'b0}};
  genvar row;
  generate
    for (row = 0; row < ROWS; row = row + 1) begin : rows
      booth_row #(
          .BITS(BITS)
      ) adder (
          .sum(sums[row*(BITS+2)+:BITS+2]),
          .value(value),
          .digit(digits[2*row+:3]),
          .next(sums[(row+1)*(BITS+2)+:BITS+2])
      );
      assign all[2*row+:2] = sums[(row+1)*(BITS+2)+:2];
    end
  endgenerate
  assign all[2*ROWS+:BITS] = sums[ROWS*(BITS+2)+2+:BITS];
  assign product = all[BITS+WEIGHT_BITS-1:0];
  generate
    if (ODD != 0) begin : odd
      wire unused = all[2*ROWS+BITS-1];
    end
  endgenerate
endmodule
