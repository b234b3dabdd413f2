// The largest of each lane over the beats of a tile: max pools. Beats outside
// the picture never win; each tile has one inside. Results leave to one address
// after another. Latency 1, one beat a cycle.
module array_max #(
    parameter LANES = 4,
    parameter ADDRESS = 10
) (
    input clk,
    input reset,
    input start,
    input [ADDRESS-1:0] first_address,
    input is_signed,  // the bytes
    input in_valid,
    input in_first,  // of its tile
    input in_last,
    input in_inside,
    input [LANES*8-1:0] in_word,
    output reg out_valid,
    output reg [ADDRESS-1:0] out_address,
    output [LANES*8-1:0] out_word
);
  always @(posedge clk) begin
    out_valid <= in_valid && in_last && !reset;
    if (start) out_address <= first_address;
    else if (out_valid) out_address <= out_address + 1'b1;
  end
  // Offset by 128 where signed, so that 0 is the lowest of either kind.
  wire [7:0] offset = {is_signed, 7'b0};
  genvar lane;
  generate
    for (lane = 0; lane < LANES; lane = lane + 1) begin : lanes
      wire [7:0] value = in_inside ? in_word[lane*8+:8] ^ offset : 8'd0;
      reg [7:0] best;
      always @(posedge clk)
        if (in_valid && (in_first || value > best)) best <= value;
      assign out_word[lane*8+:8] = best ^ offset;
    end
  endgenerate
endmodule
