// product = value * weight, both signed, as one adder a weight bit: each row
// adds the value at its own place only.
// Combinational. BITS >= 2, WEIGHT_BITS >= 2.
module multiply_rows #(
    parameter BITS = 9,
    parameter WEIGHT_BITS = 8
) (
    input [BITS-1:0] value,
    input [WEIGHT_BITS-1:0] weight,
    output reg [BITS+WEIGHT_BITS-1:0] product
);
  // The sum of the rows so far, without its bits that are final.
  reg [BITS:0] upper;
  reg [BITS-1:0] term;
  integer row;
  always @* begin
    upper = {BITS + 1{1'b0}};
    for (row = 0; row < WEIGHT_BITS; row = row + 1) begin
      term = value & {BITS{weight[row]}};
      // The sign bit of the weight has negative weight.
      upper = row == WEIGHT_BITS - 1
          ? {upper[BITS], upper[BITS:1]} - {term[BITS-1], term}
          : {upper[BITS], upper[BITS:1]} + {term[BITS-1], term};
      product[row] = upper[0];
    end
    product[BITS+WEIGHT_BITS-1:WEIGHT_BITS] = upper[BITS:1];
  end
endmodule
