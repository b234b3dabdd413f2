// Cuts the beats of a stream of pixels into shorter ones.
//
// CHANNELS of a pixel; IN_LANES is a multiple of OUT_LANES, or a pixel is one
// beat. What is left over of a pixel's last beat is dropped.
//
// One beat out a cycle, the first valid one cycle after its beat came in.
module lanes_split #(
    parameter CHANNELS = 6,
    parameter IN_LANES = 4,
    parameter OUT_LANES = 2
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
  localparam REST = CHANNELS - (BEATS - 1) * IN_LANES;  // channels of the last
  localparam LAST_PARTS = (REST + OUT_LANES - 1) / OUT_LANES;
  localparam PARTS = BEATS > 1 ? IN_LANES / OUT_LANES : LAST_PARTS;
  localparam P = ceil_log2(PARTS + 1);
  localparam [31:0] ALL = PARTS - 1, FEW = LAST_PARTS - 1;
  // Enough for all parts, and for the beat.
  localparam HELD = PARTS * OUT_LANES > IN_LANES ? PARTS * OUT_LANES : IN_LANES;

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

  // last: no part after this one, or no beat; a beat comes only then, so that
  // it alone chooses what enters held.
  reg [P-1:0] left;  // parts after this one
  reg last;
  reg [HELD*8-1:0] held;
  wire step = out_valid && out_ready;
  wire [P-1:0] parts = last_beat ? FEW[P-1:0] : ALL[P-1:0];
  assign in_ready = !out_valid || (out_ready && last);
  assign out_data = held[OUT_LANES*8-1:0];
  always @(posedge clk)
    if (reset) begin
      out_valid <= 1'b0;
      last <= 1'b1;
    end else if (take) begin
      out_valid <= 1'b1;
      left <= parts;
      last <= parts == 0;
    end else if (step) begin
      out_valid <= !last;
      left <= left - 1'b1;
      last <= last || left == 1;
    end
  always @(posedge clk)
    if (take || step)
      held <= last ? {{(HELD - IN_LANES) * 8{1'b0}}, in_data}
          : held >> (OUT_LANES * 8);
endmodule
