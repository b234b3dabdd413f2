// One row of a multiplication by two bits a row (Booth): the sum of the rows
// before, moved down by two places, plus -2, -1, 0, 1 or 2 times the value.
// Combinational.
module booth_row #(
    parameter BITS = 16
) (
    input [BITS+1:0] sum,  // signed
    input [BITS-1:0] value,  // signed
    input [2:0] digit,  // bits 2i + 1, 2i, 2i - 1 of the other factor
    output [BITS+1:0] next
);
  localparam WIDE = BITS + 2;
  wire one = digit[0] ^ digit[1];
  wire two = digit == 3'b011 || digit == 3'b100;
  wire negative = digit[2];
  wire [WIDE-1:0] multiple = ({{2{value[BITS-1]}}, value} & {WIDE{one}})
      | ({value[BITS-1], value, 1'b0} & {WIDE{two}});
  // sum + multiple, one place up, above what makes the carry of a negation. As
  // a difference, since Yosys swaps the sides of sums: the side that feeds the
  // carry chain directly must be the one without logic before it.
  wire [WIDE:0] carried = {{2{sum[WIDE-1]}}, sum[WIDE-1:2], 1'b0}
      - ~{multiple ^ {WIDE{negative}}, negative};
  assign next = carried[WIDE:1];
  wire unused = &{sum[1:0], carried[0]};  // final
endmodule
