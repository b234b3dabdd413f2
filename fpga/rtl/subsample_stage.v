// Every STRIDE-th row and column of a picture from FIRST on, with channels of
// ZERO before and after its own: the shortcut of a ResNet for CIFAR.
//
// Parameters: docs/fpga.md. Where channels are added, a pixel is worked on in
// pieces of PIECE channels, the greatest common divisor of all counts of
// channels and OUT_LANES. Cycles: a pixel that is dropped takes its beats; one
// that is kept takes
//     (CHANNELS_BEFORE + CHANNELS + CHANNELS_AFTER) / PIECE
// or its beats, whichever is more.
module subsample_stage #(
    parameter HEIGHT = 8,
    parameter WIDTH = 8,
    parameter CHANNELS = 4,
    parameter LANES = 4,
    parameter FIRST_Y = 0,
    parameter FIRST_X = 0,
    parameter STRIDE_Y = 2,
    parameter STRIDE_X = 2,
    parameter CHANNELS_BEFORE = 2,
    parameter CHANNELS_AFTER = 2,
    parameter OUT_LANES = 4,
    parameter ZERO = 0
) (
    input clk,
    input reset,
    input in_valid,
    output in_ready,
    input [LANES*8-1:0] in_data,
    output out_valid,
    input out_ready,
    output [OUT_LANES*8-1:0] out_data
);
  function integer common(input integer a, input integer b);  // of a > 0
    for (common = a; a % common != 0 || b % common != 0; common = common - 1);
  endfunction
  localparam ALL = CHANNELS_BEFORE + CHANNELS + CHANNELS_AFTER;
  localparam BEATS = (CHANNELS + LANES - 1) / LANES;

  wire kept_valid, kept_ready;
  keep_pixels #(
      .HEIGHT(HEIGHT),
      .WIDTH(WIDTH),
      .BEATS(BEATS),
      .FIRST_Y(FIRST_Y),
      .FIRST_X(FIRST_X),
      .STRIDE_Y(STRIDE_Y),
      .STRIDE_X(STRIDE_X)
  ) keeper (
      .clk(clk),
      .reset(reset),
      .in_valid(in_valid),
      .in_ready(in_ready),
      .out_valid(kept_valid),
      .out_ready(kept_ready)
  );

  generate
    if (ALL == CHANNELS) begin : alone
      lanes_stage #(
          .CHANNELS(CHANNELS),
          .IN_LANES(LANES),
          .OUT_LANES(OUT_LANES)
      ) lanes (
          .clk(clk),
          .reset(reset),
          .in_valid(kept_valid),
          .in_ready(kept_ready),
          .in_data(in_data),
          .out_valid(out_valid),
          .out_ready(out_ready),
          .out_data(out_data)
      );
    end else begin : padded
      localparam PIECE = common(common(common(CHANNELS, CHANNELS_BEFORE),
                                       CHANNELS_AFTER), OUT_LANES);
      wire piece_valid, piece_ready, all_valid, all_ready;
      wire [PIECE*8-1:0] piece, all;
      lanes_stage #(
          .CHANNELS(CHANNELS),
          .IN_LANES(LANES),
          .OUT_LANES(PIECE)
      ) pieces (
          .clk(clk),
          .reset(reset),
          .in_valid(kept_valid),
          .in_ready(kept_ready),
          .in_data(in_data),
          .out_valid(piece_valid),
          .out_ready(piece_ready),
          .out_data(piece)
      );
      pad_channels #(
          .LANES(PIECE),
          .BEFORE(CHANNELS_BEFORE / PIECE),
          .INSIDE(CHANNELS / PIECE),
          .AFTER(CHANNELS_AFTER / PIECE),
          .ZERO(ZERO)
      ) pad (
          .clk(clk),
          .reset(reset),
          .in_valid(piece_valid),
          .in_ready(piece_ready),
          .in_data(piece),
          .out_valid(all_valid),
          .out_ready(all_ready),
          .out_data(all)
      );
      lanes_stage #(
          .CHANNELS(ALL),
          .IN_LANES(PIECE),
          .OUT_LANES(OUT_LANES)
      ) lanes (
          .clk(clk),
          .reset(reset),
          .in_valid(all_valid),
          .in_ready(all_ready),
          .in_data(all),
          .out_valid(out_valid),
          .out_ready(out_ready),
          .out_data(out_data)
      );
    end
  endgenerate
endmodule
