// result = saturate((value - zero_point) << ALIGN) to 16 bits: a value as the
// term of an Add. Combinational. IN + 1 + ALIGN >= 16.
module align_term #(
    parameter IN = 9,
    parameter ALIGN = 7
) (
    input [IN-1:0] value,
    input [IN-1:0] zero_point,
    output [15:0] result
);
  localparam WIDE = IN + 1 + ALIGN;
  wire [IN:0] centred =
      {value[IN-1], value} - {zero_point[IN-1], zero_point};
  wire [WIDE-1:0] moved = {{ALIGN{centred[IN]}}, centred} << ALIGN;
  wire fits = &moved[WIDE-1:15] || !(|moved[WIDE-1:15]);
  assign result = fits ? moved[15:0] : {centred[IN], {15{!centred[IN]}}};
endmodule
