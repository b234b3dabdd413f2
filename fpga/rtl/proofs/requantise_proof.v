// requantise at reduced widths (sums of 9 bits, terms of 6) for all sums,
// biases, multipliers, shifts and outputs, with both kinds of multiplication:
// the words of docs/integer_arithmetic.md, in wide arithmetic.
module requantise_proof (
    input clk,
    input in_valid,
    input in_last,
    input signed [8:0] in_sum,
    input signed [8:0] in_bias,
    input signed [5:0] in_multiplier
);
  reg reset = 1;
  always @(posedge clk) reset <= 0;
  (* anyconst *) reg [3:0] shift;
  (* anyconst *) reg signed [4:0] zero_point, lowest, highest;
  always @* assume (shift <= 8 && lowest <= highest && in_multiplier != -32);

  wire [1:0] out_valid;
  wire signed [4:0] out_value_0, out_value_1;
  genvar i;
  generate
    for (i = 0; i < 2; i = i + 1) begin : duts
      wire in_ready, out_last;
      wire signed [4:0] value;
      requantise #(
          .SUM(9),
          .TERM(6),
          .OUT(5),
          .SHIFT(4),
          .MULTIPLIER(i)
      ) dut (
          .clk(clk),
          .reset(reset),
          .shift(shift),
          .zero_point(zero_point),
          .lowest(lowest),
          .highest(highest),
          .in_valid(in_valid),
          .in_ready(in_ready),
          .in_last(in_last),
          .in_sum(in_sum),
          .in_bias(in_bias),
          .in_multiplier(in_multiplier),
          .out_valid(out_valid[i]),
          .out_ready(1'b1),
          .out_last(out_last),
          .out_value(value)
      );
      if (i == 0) assign out_value_0 = value;
      else assign out_value_1 = value;
    end
  endgenerate

  wire signed [8:0] accumulator = in_sum + in_bias;
  reg signed [31:0] t, r, q;
  always @* begin
    t = accumulator;
    if (shift != 0) t = (t + (32'sd1 <<< (shift - 1))) >>> shift;
    if (t > 31) t = 31;
    if (t < -32) t = -32;
    r = (t * in_multiplier + 16) >>> 5;
    q = r + zero_point;
    if (q < lowest) q = lowest;
    else if (q > highest) q = highest;
  end
  reg [4:0] valid = 0;
  reg signed [4:0] expected_1, expected_2, expected_3, expected_4;
  reg signed [4:0] expected_5;
  always @(posedge clk) begin
    valid <= reset ? 5'd0 : {valid[3:0], in_valid};
    expected_1 <= q[4:0];
    expected_2 <= expected_1;
    expected_3 <= expected_2;
    expected_4 <= expected_3;
    expected_5 <= expected_4;
  end
  always @* if (!reset) begin
    assert (out_valid == {valid[4], valid[3]});
    if (valid[3]) assert (out_value_0 == expected_4);
    if (valid[4]) assert (out_value_1 == expected_5);
  end
endmodule
