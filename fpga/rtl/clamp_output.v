// result = clamp(value + zero_point, lowest, highest). Combinational.
module clamp_output #(
    parameter IN = 16,
    parameter OUT = 9
) (
    input signed [IN-1:0] value,
    input signed [OUT-1:0] zero_point,
    input signed [OUT-1:0] lowest,
    input signed [OUT-1:0] highest,
    output signed [OUT-1:0] result
);
  localparam WIDE = (IN > OUT ? IN : OUT) + 1;
  wire signed [WIDE-1:0] value_wide = {{WIDE - IN{value[IN-1]}}, value};
  wire signed [WIDE-1:0] zero_wide =
      {{WIDE - OUT{zero_point[OUT-1]}}, zero_point};
  wire signed [WIDE-1:0] low_wide = {{WIDE - OUT{lowest[OUT-1]}}, lowest};
  wire signed [WIDE-1:0] high_wide = {{WIDE - OUT{highest[OUT-1]}}, highest};
  wire signed [WIDE-1:0] sum = value_wide + zero_wide;
  assign result = sum < low_wide ? lowest
      : sum > high_wide ? highest : sum[OUT-1:0];
endmodule
