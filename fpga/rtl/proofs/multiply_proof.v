// multiply_rows for all values of 5 bits, with weights of 4 and of 5 bits.
module multiply_proof (
    input [4:0] value,
    input [3:0] even,
    input [4:0] odd
);
  wire [8:0] even_product;
  wire [9:0] odd_product;
  multiply_rows #(
      .BITS(5),
      .WEIGHT_BITS(4)
  ) even_dut (
      .value(value),
      .weight(even),
      .product(even_product)
  );
  multiply_rows #(
      .BITS(5),
      .WEIGHT_BITS(5)
  ) odd_dut (
      .value(value),
      .weight(odd),
      .product(odd_product)
  );
  wire signed [4:0] v = value, o = odd;
  wire signed [3:0] e = even;
  wire signed [8:0] even_expected = v * e;
  wire signed [9:0] odd_expected = v * o;
  always @* begin
    assert (even_product == even_expected);
    assert (odd_product == odd_expected);
  end
endmodule
