// The raw bytes of a beat as signed values q - ZERO, 0 where the beat is not
// inside the picture. Combinational.
module centre_beat #(
    parameter LANES = 4,
    parameter SIGNED = 0,
    parameter ZERO = 0
) (
    input is_inside,
    input [LANES*8-1:0] data,  // [LANES]
    output [LANES*9-1:0] values  // [LANES]
);
  localparam [31:0] OFFSET = ZERO;
  genvar lane;
  generate
    for (lane = 0; lane < LANES; lane = lane + 1) begin : lanes
      wire [7:0] raw = data[lane*8+:8];
      wire [8:0] centred =
          {SIGNED != 0 && raw[7], raw} - OFFSET[8:0];
      assign values[lane*9+:9] = centred & {9{is_inside}};
    end
  endgenerate
endmodule
