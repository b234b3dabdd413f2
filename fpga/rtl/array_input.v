// A picture's bytes into the activation memory, one a cycle: a beat is a pixel,
// channel 0 in the lowest bits. The bytes have yet to go through their
// channel's table.
//
// A picture of few channels would leave most lanes of the PEs idle. With COPIES
// > 1 a pixel is stored together with the COPIES - 1 at its right, as one pixel
// of COPIES * CHANNELS channels: a convolution then takes a row of its taps at
// once. LEFT and RIGHT are pixels of padding, real zeros, in front of and after
// each row; a row becomes LEFT + WIDTH + RIGHT - COPIES + 1 pixels.
//
// CHANNELS, WIDTH   of a picture; LANES of a word
// ADDRESS, CHANNEL, LANE   bits of an address, a channel, a lane
//
// A row takes (LEFT + WIDTH + RIGHT) * COPIES * CHANNELS cycles, a picture one
// more than its rows, from the cycle after start, where beats wait.
module array_input #(
    parameter CHANNELS = 3,
    parameter WIDTH = 4,
    parameter LEFT = 1,
    parameter RIGHT = 1,
    parameter COPIES = 2,
    parameter LANES = 4,
    parameter ADDRESS = 10,
    parameter CHANNEL = 2,
    parameter LANE = 2
) (
    input clk,
    input reset,
    input start,
    input [ADDRESS-1:0] out_address,
    input [ADDRESS-1:0] last_row,  // rows - 1
    output ends,  // with the picture's last byte
    input in_valid,
    output in_ready,
    input [CHANNELS*8-1:0] in_data,
    output out_valid,
    output reg out_padding,  // a real zero in place of out_byte
    output reg [ADDRESS-1:0] out_place,
    output reg [LANE-1:0] out_lane,
    output reg [CHANNEL-1:0] out_channel,
    output [7:0] out_byte
);
  function integer ceil_log2(input integer value);
    for (ceil_log2 = 0; (1 << ceil_log2) < value; ceil_log2 = ceil_log2 + 1);
  endfunction
  localparam [31:0] ROW = LEFT + WIDTH + RIGHT;
  localparam [31:0] OUT_ROW = ROW - COPIES + 1;
  localparam [31:0] WORDS = (COPIES * CHANNELS + LANES - 1) / LANES;
  localparam [31:0] NEXT_ROW = WORDS - (COPIES - 1) * WORDS;
  localparam [31:0] LAST_CHANNEL = CHANNELS - 1, LAST_LANE = LANES - 1;
  localparam [31:0] LAST_COPY = COPIES - 1, LAST_COLUMN = ROW - 1;
  localparam [31:0] FIRST_REAL = LEFT, REAL = WIDTH;
  localparam COLUMN = ceil_log2(ROW + COPIES) + 1;
  localparam COPY = COPIES > 1 ? ceil_log2(COPIES) : 1;

  // The next pixel, real or padding; its copies leave once it is held.
  reg busy;  // pixels are to come
  reg [ADDRESS-1:0] row;
  reg [COLUMN-1:0] column;
  reg [ADDRESS-1:0] pixel_place;  // of copy 0
  wire [COLUMN-1:0] real_column = column - FIRST_REAL[COLUMN-1:0];
  wire is_real = real_column < REAL[COLUMN-1:0];
  wire row_ends = column == LAST_COLUMN[COLUMN-1:0];
  wire last = row_ends && row == last_row;

  reg holds;
  reg [CHANNELS*8-1:0] pixel;
  reg [COPY-1:0] copy;
  reg [COLUMN-1:0] out_column;  // below 0 or beyond a row: not stored
  wire copy_ends = out_channel == LAST_CHANNEL[CHANNEL-1:0];
  wire pixel_ends = copy_ends && copy == LAST_COPY[COPY-1:0];
  wire free = busy && (!holds || pixel_ends);
  assign in_ready = free && is_real;
  wire take = free && (in_valid || !is_real);
  assign out_valid = holds && out_column < OUT_ROW[COLUMN-1:0];
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
    if (start) begin
      row <= {ADDRESS{1'b0}};
      column <= {COLUMN{1'b0}};
      pixel_place <= out_address;
    end else if (take) begin
      column <= row_ends ? {COLUMN{1'b0}} : column + 1'b1;
      if (row_ends) row <= row + 1'b1;
      pixel_place <=
          pixel_place + (row_ends ? NEXT_ROW[ADDRESS-1:0] : WORDS[ADDRESS-1:0]);
    end

  // Channels, copy after copy, fill the words of a pixel lane by lane; copy s
  // belongs to the pixel s to the left.
  wire lane_ends = out_lane == LAST_LANE[LANE-1:0];
  wire [ADDRESS-1:0] back =
      copy_ends ? WORDS[ADDRESS-1:0] : {ADDRESS{1'b0}};
  always @(posedge clk)
    if (take) begin
      copy <= {COPY{1'b0}};
      out_channel <= {CHANNEL{1'b0}};
      out_lane <= {LANE{1'b0}};
      out_place <= pixel_place;
      out_column <= column;
      out_padding <= !is_real;
    end else if (holds) begin
      out_channel <= copy_ends ? {CHANNEL{1'b0}} : out_channel + 1'b1;
      out_lane <= lane_ends ? {LANE{1'b0}} : out_lane + 1'b1;
      out_place <= out_place - back + {{ADDRESS - 1{1'b0}}, lane_ends};
      if (copy_ends) begin
        copy <= copy + 1'b1;
        out_column <= out_column - 1'b1;
      end
    end
  generate
    if (CHANNELS == 1) begin : one
      always @(posedge clk) if (take) pixel <= in_data;
    end else begin : several
      always @(posedge clk)
        if (take) pixel <= in_data;
        else pixel <= {pixel[7:0], pixel[CHANNELS*8-1:8]};
    end
  endgenerate
endmodule
