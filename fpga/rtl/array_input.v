// A picture's bytes into the activation memory, one a cycle: a beat is a pixel,
// channel 0 in the lowest bits. The bytes have yet to go through their
// channel's table.
//
// CHANNELS of a picture, LANES of a word
// ADDRESS, CHANNEL, LANE   bits of an address, a channel, a lane
//
// A picture takes pixels * CHANNELS cycles, the first one cycle after start,
// where beats wait; out_valid is two cycles behind in_ready.
module array_input #(
    parameter CHANNELS = 3,
    parameter LANES = 4,
    parameter ADDRESS = 10,
    parameter CHANNEL = 2,
    parameter LANE = 2
) (
    input clk,
    input reset,
    input start,
    input [ADDRESS-1:0] out_address,
    input [ADDRESS-1:0] last_pixel,  // pixels - 1
    output ends,  // with the picture's last byte
    input in_valid,
    output in_ready,
    input [CHANNELS*8-1:0] in_data,
    output out_valid,
    output reg [ADDRESS-1:0] out_place,
    output reg [LANE-1:0] out_lane,
    output reg [CHANNEL-1:0] out_channel,
    output [7:0] out_byte
);
  localparam [31:0] LAST_CHANNEL = CHANNELS - 1, LAST_LANE = LANES - 1;
  reg busy;  // beats of this picture are to come
  reg holds;  // a pixel, of which the lowest byte leaves
  reg [CHANNELS*8-1:0] pixel;
  reg [ADDRESS-1:0] pixels;
  wire pixel_ends = out_channel == LAST_CHANNEL[CHANNEL-1:0];
  assign in_ready = busy && (!holds || pixel_ends);
  wire take = in_valid && in_ready;
  wire last = pixels == last_pixel;
  assign out_valid = holds;
  assign out_byte = pixel[7:0];
  assign ends = holds && pixel_ends && !busy;

  always @(posedge clk)
    if (reset) begin
      busy <= 1'b0;
      holds <= 1'b0;
    end else begin
      busy <= start || (busy && !(take && last));
      holds <= take || (holds && !pixel_ends);
    end
  always @(posedge clk)
    if (start) pixels <= {ADDRESS{1'b0}};
    else if (take) pixels <= pixels + 1'b1;

  // Channels fill a word lane by lane, and pixels begin a new one.
  wire word_ends = pixel_ends || out_lane == LAST_LANE[LANE-1:0];
  always @(posedge clk)
    if (start) begin
      out_channel <= {CHANNEL{1'b0}};
      out_lane <= {LANE{1'b0}};
      out_place <= out_address;
    end else if (holds) begin
      out_channel <= pixel_ends ? {CHANNEL{1'b0}} : out_channel + 1'b1;
      out_lane <= word_ends ? {LANE{1'b0}} : out_lane + 1'b1;
      if (word_ends) out_place <= out_place + 1'b1;
    end
  generate
    if (CHANNELS == 1) begin : one
      always @(posedge clk) if (take) pixel <= in_data;
    end else begin : several
      always @(posedge clk)
        if (take) pixel <= in_data;
        else pixel[CHANNELS*8-9:0] <= pixel[CHANNELS*8-1:8];
    end
  endgenerate
endmodule
