// Joins the beats of a stream of pixels into longer ones.
//
// CHANNELS of a pixel; OUT_LANES is a multiple of IN_LANES, or a pixel is one
// beat out. Lanes beyond the channels hold anything.
//
// One beat in a cycle; a beat out is valid one cycle after its last beat in.
module lanes_join #(
    parameter CHANNELS = 6,
    parameter IN_LANES = 2,
    parameter OUT_LANES = 4
) (
    input clk,
    input reset,
    input in_valid,
    output in_ready,
    input [IN_LANES*8-1:0] in_data,
    output reg out_valid,
    input out_ready,
    output [OUT_LANES*8-1:0] out_data
);
  function integer ceil_log2(input integer value);
    for (ceil_log2 = 0; (1 << ceil_log2) < value; ceil_log2 = ceil_log2 + 1);
  endfunction
  localparam BEATS = (CHANNELS + IN_LANES - 1) / IN_LANES;  // in, of a pixel
  localparam PARTS =
      CHANNELS > OUT_LANES ? OUT_LANES / IN_LANES : BEATS;
  localparam P = PARTS > 1 ? ceil_log2(PARTS) : 1;
  localparam [31:0] LAST_PART = PARTS - 1;
  localparam HELD = PARTS * IN_LANES > OUT_LANES ? PARTS * IN_LANES : OUT_LANES;

  wire last_beat;
  wire take = in_valid && in_ready;
  pixel_beats #(
      .BEATS(BEATS)
  ) beats (
      .clk(clk),
      .reset(reset),
      .step(take),
      .last(last_beat)
  );

  reg [P-1:0] part;
  wire fills = last_beat || part == LAST_PART[P-1:0];
  assign in_ready = out_ready || !out_valid;
  always @(posedge clk)
    if (reset) begin
      out_valid <= 1'b0;
      part <= {P{1'b0}};
    end else if (in_ready) begin
      out_valid <= in_valid && fills;
      if (in_valid) part <= fills ? {P{1'b0}} : part + 1'b1;
    end

  reg [HELD*8-1:0] held;
  assign out_data = held[OUT_LANES*8-1:0];
  integer i;
  always @(posedge clk)
    if (reset) held <= {HELD * 8{1'b0}};
    else
      for (i = 0; i < PARTS; i = i + 1)
        if (take && {{32 - P{1'b0}}, part} == i)
          held[i*IN_LANES*8+:IN_LANES*8] <= in_data;
  generate
    if (HELD > OUT_LANES) begin : dropped
      wire unused = &held[HELD*8-1:OUT_LANES*8];
    end
  endgenerate
endmodule
