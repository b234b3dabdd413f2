// result = saturate(round(value / 2^shift)) to OUT bits, halves up; shift is at
// most IN - 1. Combinational. IN >= OUT.
module rounding_shift #(
    parameter IN = 32,
    parameter OUT = 16,
    parameter SHIFT = 5
) (
    input [SHIFT-1:0] shift,
    input signed [IN-1:0] value,
    output [OUT-1:0] result
);
  wire [IN:0] one = {{IN{1'b0}}, 1'b1};
  wire signed [IN:0] half = (one << shift) >> 1;  // 0 where shift is 0
  wire signed [IN:0] rounded = {value[IN-1], value} + half;
  wire signed [IN:0] shifted = rounded >>> shift;
  // Fits if all bits from OUT - 1 up are the sign.
  wire fits = &shifted[IN:OUT-1] || !(|shifted[IN:OUT-1]);
  assign result = fits ? shifted[OUT-1:0]
      : {shifted[IN], {OUT - 1{!shifted[IN]}}};
endmodule
