// Adds up values of SUM bits, each with a carry of weight one:
//   sum + value + carry, or 2 * sum + value + carry where it doubles, or
//   value + carry where a sum starts
module accumulator #(
    parameter SUM = 32
) (
    input clk,
    input enable,  // low: the sum stays
    input starts,
    input doubles,  // and does not start
    input [SUM-1:0] value,
    input carry,
    output reg [SUM-1:0] sum
);
  // A carry chain wants its first operand twice, so that a choice between
  // operands costs a LUT a bit there and none in the second. Yosys puts the
  // operands of a sum in an order of its own, those of a difference not; so
  //   {value, 0} - ~{kept, carry} = {value, 0} + {kept, carry} + 1
  // whose lowest bit makes the carry: 32 LUTs less in a PE with sums of 32 bits.
  // The choice has four inputs, a bit of the value is the fifth of the same LUT.
  wire [SUM-1:0] kept =
      starts ? {SUM{1'b0}} : doubles ? {sum[SUM-2:0], 1'b0} : sum;
  wire [SUM:0] total = {value, 1'b0} - ~{kept, carry};
  always @(posedge clk) if (enable) sum <= total[SUM:1];
  wire unused = total[0];
endmodule
