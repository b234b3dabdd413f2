// adder_tree of 5 lanes of 3 bits for all values and carries.
module tree_proof (
    input clk,
    input [14:0] values,
    input [4:0] carries
);
  wire signed [5:0] sum;
  wire carry;
  adder_tree #(
      .LANES(5),
      .BITS(3),
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
    for (lane = 0; lane < 5; lane = lane + 1)
      expected = expected
          + {{9{values[lane*3+2]}}, values[lane*3+:3]} + carries[lane];
    assert ({{6{sum[5]}}, sum} + carry == expected);
  end
endmodule
