// next = sums + (q - ZERO) for each byte of a beat, where it is inside the
// picture. Combinational.
module add_centred #(
    parameter LANES = 4,
    parameter SUM = 24,
    parameter SIGNED = 0,
    parameter ZERO = 0
) (
    input is_inside,
    input [LANES*8-1:0] data,  // [LANES]
    input [LANES*SUM-1:0] sums,  // [LANES]
    output [LANES*SUM-1:0] next  // [LANES]
);
  wire [LANES*9-1:0] values;
  centre_beat #(
      .LANES(LANES),
      .SIGNED(SIGNED),
      .ZERO(ZERO)
  ) centre (
      .is_inside(is_inside),
      .data(data),
      .values(values)
  );
  genvar lane;
  generate
    for (lane = 0; lane < LANES; lane = lane + 1) begin : lanes
      wire [8:0] value = values[lane*9+:9];
      assign next[lane*SUM+:SUM] =
          sums[lane*SUM+:SUM] + {{SUM - 9{value[8]}}, value};
    end
  endgenerate
endmodule
