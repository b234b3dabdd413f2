// The sum of q - ZERO of each channel over the PIXELS pixels of a picture, of
// GROUPS beats each: a memory holds the sums so far.
//
// One beat a cycle; with those of a picture's last pixel its sums leave
// (latency 0).
module picture_sums #(
    parameter PIXELS = 64,
    parameter GROUPS = 1,
    parameter LANES = 4,
    parameter SUM = 24,
    parameter SIGNED = 0,
    parameter ZERO = 0
) (
    input clk,
    input reset,
    input in_valid,
    output in_ready,
    input [LANES*8-1:0] in_data,
    output out_valid,
    input out_ready,
    output [LANES*SUM-1:0] out_sums
);
  function integer ceil_log2(input integer value);
    for (ceil_log2 = 0; (1 << ceil_log2) < value; ceil_log2 = ceil_log2 + 1);
  endfunction
  localparam P = ceil_log2(PIXELS + 1), G = GROUPS > 1 ? ceil_log2(GROUPS) : 1;
  localparam [31:0] LAST_PIXEL = PIXELS - 1, LAST_GROUP = GROUPS - 1;
  reg [P-1:0] pixel;
  reg [G-1:0] group;
  wire last = pixel == LAST_PIXEL[P-1:0];
  wire pixel_ends = group == LAST_GROUP[G-1:0];
  assign out_valid = in_valid && last;
  assign in_ready = out_ready || !last;
  wire take = in_valid && in_ready;
  always @(posedge clk)
    if (reset) begin
      pixel <= {P{1'b0}};
      group <= {G{1'b0}};
    end else if (take) begin
      group <= pixel_ends ? {G{1'b0}} : group + 1'b1;
      if (pixel_ends) pixel <= last ? {P{1'b0}} : pixel + 1'b1;
    end

  reg [LANES*SUM-1:0] totals[0:GROUPS-1];
  add_centred #(
      .LANES(LANES),
      .SUM(SUM),
      .SIGNED(SIGNED),
      .ZERO(ZERO)
  ) adder (
      .is_inside(1'b1),
      .data(in_data),
      .sums(pixel == 0 ? {LANES * SUM{1'b0}} : totals[group]),
      .next(out_sums)
  );
  always @(posedge clk) if (take) totals[group] <= out_sums;
endmodule
