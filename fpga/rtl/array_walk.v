// Counts through a step that slides a window: for each output position, row by
// row, for each of the step's words, one beat; or, where the step sweeps, for
// each tap of the window, row by row, one beat. So a step takes
//     positions * words * taps
// cycles, the first one cycle after start.
//
// ADDRESS, WORD  bits of addresses of the activation and the word memory
// PLACE          bits of a row or column; they wrap, so that -1 is the largest
//
// No multiplication: `address`, that of group 0 of the tap (of the window's
// first pixel where nothing sweeps), moves by steps that are given.
module array_walk #(
    parameter ADDRESS = 10,
    parameter WORD = 10,
    parameter PLACE = 6
) (
    input clk,
    input reset,
    input start,
    // Of the step; they hold still from start to end.
    input [ADDRESS-1:0] corner,  // address of the first window's first pixel
    input [ADDRESS-1:0] column_step,  // to the next window
    input [ADDRESS-1:0] row_step,  // to the window below
    input [PLACE-1:0] first_row,  // of the first window: -top
    input [PLACE-1:0] first_column,
    input [PLACE-1:0] row_stride,
    input [PLACE-1:0] column_stride,
    input [PLACE-1:0] last_out_row,
    input [PLACE-1:0] last_out_column,
    input [WORD-1:0] first_word,
    input [WORD-1:0] last_word,
    input [PLACE-1:0] last_tap_row,  // 0 and 0: nothing sweeps
    input [PLACE-1:0] last_tap_column,
    input [ADDRESS-1:0] tap_step,  // to the next pixel
    input [ADDRESS-1:0] tap_row_step,  // from the end of a row to the next
    // One beat.
    output reg busy,
    output ends,  // with the last beat
    output reg [WORD-1:0] word,
    output reg [ADDRESS-1:0] address,
    output reg [PLACE-1:0] row,  // of the window's first pixel
    output reg [PLACE-1:0] column,
    output reg [PLACE-1:0] tap_row,
    output reg [PLACE-1:0] tap_column,
    output last_tap
);
  reg [PLACE-1:0] out_row, out_column;
  reg [ADDRESS-1:0] window, row_window;  // addresses of first pixels
  wire tap_row_ends = tap_column == last_tap_column;
  assign last_tap = tap_row_ends && tap_row == last_tap_row;
  wire window_ends = last_tap && word == last_word;
  wire row_ends = window_ends && out_column == last_out_column;
  assign ends = busy && row_ends && out_row == last_out_row;
  wire [ADDRESS-1:0] next_row = row_window + row_step;
  wire [ADDRESS-1:0] next_window = row_ends ? next_row : window + column_step;

  always @(posedge clk)
    if (reset) busy <= 1'b0;
    else busy <= start || (busy && !ends);

  always @(posedge clk)
    if (start) begin
      {tap_row, tap_column} <= {2 * PLACE{1'b0}};
      word <= first_word;
      {out_row, out_column} <= {2 * PLACE{1'b0}};
      {row, column} <= {first_row, first_column};
      address <= corner;
      window <= corner;
      row_window <= corner;
    end else if (busy) begin
      tap_column <= tap_row_ends ? {PLACE{1'b0}} : tap_column + 1'b1;
      if (tap_row_ends) tap_row <= last_tap ? {PLACE{1'b0}} : tap_row + 1'b1;
      if (last_tap) word <= window_ends ? first_word : word + 1'b1;
      address <= window_ends ? next_window : last_tap ? window
          : address + (tap_row_ends ? tap_row_step : tap_step);
      if (window_ends) begin
        window <= next_window;
        out_column <= row_ends ? {PLACE{1'b0}} : out_column + 1'b1;
        column <= row_ends ? first_column : column + column_stride;
      end
      if (row_ends) begin
        row_window <= next_row;
        out_row <= out_row + 1'b1;
        row <= row + row_stride;
      end
    end
endmodule
