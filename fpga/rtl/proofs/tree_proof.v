// adder_tree of LANES lanes for all values and carries.
module tree_proof #(
    parameter LANES = 7
) (
    input clk,
    input [LANES*5-1:0] values,
    input [LANES-1:0] carries
);
  wire signed [7:0] sum;
  wire carry;
  adder_tree #(
      .LANES(LANES),
      .BITS(5),
      .LEVELS(3),
      .REGISTERED(0)
  ) dut (
      .clk(clk),
      .advance(1'b1),
      .values(values),
      .carries(carries),
      .sum(sum),
      .carry(carry)
  );
  reg signed [11:0] expected;
  integer lane;
  always @* begin
    expected = 0;
    for (lane = 0; lane < LANES; lane = lane + 1)
      expected = expected
          + {{7{values[lane*5+4]}}, values[lane*5+:5]} + carries[lane];
    assert ({{4{sum[7]}}, sum} + carry == expected);
  end
endmodule
