// The reads of a step that slides a window: array_walk's beats become addresses
// of the activation memory, with what the PEs must know of each.
//
// Place memory (PLACES), one entry for each word of codes, highest bit first:
//   last     1        of its tile
//   row      TAP      of the tap; 0 in a layer without padding
//   column   TAP
//   offset   OFFSET   from the window's first pixel to what the codes meet:
//                     (row * width + column) * groups + group
//   shift    TERM     the codes count 2^shift
// In a step that sweeps, row and column come from the sweep, offset is the
// group alone, and each word is a tile.
//
// window, highest bit first, with array_walk's names and widths:
//   corner, column_step, row_step, first_row, first_column, row_stride,
//   column_stride, last_out_row, last_out_column, height and width (PLACE, of
//   the input), first_word, last_word, sweeps (1), last_tap_row,
//   last_tap_column, tap_step, tap_row_step
//
// ADDRESS, WORD, PLACE   as in array_walk; DEPTH words
// Outputs are registers, two cycles behind the walk.
module array_fetch #(
    parameter ADDRESS = 10,
    parameter WORD = 10,
    parameter PLACE = 6,
    parameter TAP = 2,
    parameter OFFSET = 8,
    parameter TERM = 1,
    parameter DEPTH = 1024,
    parameter PLACES = ""
) (
    input clk,
    input reset,
    input write_enable,  // of the place memory
    input [WORD-1:0] write_address,
    input [2*TAP+OFFSET+TERM:0] write_word,
    input start,
    input [5*ADDRESS+10*PLACE+2*WORD:0] window,  // of the step; holds still
    output ends,  // the walk
    output reg out_valid,
    output reg [ADDRESS-1:0] out_address,
    output reg [WORD-1:0] out_word,
    output reg out_inside,  // of the picture; else the value is a real zero
    output reg out_first,  // of its tile
    output reg out_last,
    output reg [TERM-1:0] out_shift
);
  wire [ADDRESS-1:0] corner, column_step, row_step, tap_step, tap_row_step;
  wire [PLACE-1:0] first_row, first_column, row_stride, column_stride;
  wire [PLACE-1:0] last_out_row, last_out_column, height, width;
  wire [PLACE-1:0] last_tap_row, last_tap_column;
  wire [WORD-1:0] first_word, last_word;
  wire sweeps;
  assign {corner, column_step, row_step, first_row, first_column, row_stride,
      column_stride, last_out_row, last_out_column, height, width, first_word,
      last_word, sweeps, last_tap_row, last_tap_column, tap_step,
      tap_row_step} = window;

  wire busy, last_tap;
  wire [WORD-1:0] word;
  wire [ADDRESS-1:0] address;
  wire [PLACE-1:0] row, column, tap_row, tap_column;
  array_walk #(
      .ADDRESS(ADDRESS),
      .WORD(WORD),
      .PLACE(PLACE)
  ) walk (
      .clk(clk),
      .reset(reset),
      .start(start),
      .corner(corner),
      .column_step(column_step),
      .row_step(row_step),
      .first_row(first_row),
      .first_column(first_column),
      .row_stride(row_stride),
      .column_stride(column_stride),
      .last_out_row(last_out_row),
      .last_out_column(last_out_column),
      .first_word(first_word),
      .last_word(last_word),
      .last_tap_row(last_tap_row),
      .last_tap_column(last_tap_column),
      .tap_step(tap_step),
      .tap_row_step(tap_row_step),
      .busy(busy),
      .ends(ends),
      .word(word),
      .address(address),
      .row(row),
      .column(column),
      .tap_row(tap_row),
      .tap_column(tap_column),
      .last_tap(last_tap)
  );

  wire word_last;
  wire [TAP-1:0] word_row, word_column;
  wire [OFFSET-1:0] word_offset;
  wire [TERM-1:0] word_shift;
  memory #(
      .WORD(1 + 2 * TAP + OFFSET + TERM),
      .ADDRESS(WORD),
      .DEPTH(DEPTH),
      .CONTENTS(PLACES)
  ) places (
      .clk(clk),
      .write_enable(write_enable),
      .write_address(write_address),
      .write_word(write_word),
      .read_enable(busy),
      .read_address(word),
      .read_word({word_last, word_row, word_column, word_offset, word_shift})
  );

  // One cycle behind the walk, beside the entry.
  reg valid, sweep_last;
  reg first;  // the next beat is the first of its tile
  reg [WORD-1:0] word_address;
  reg [ADDRESS-1:0] tap_address;
  reg [PLACE-1:0] pixel_row, pixel_column;  // swept, without the word's part
  always @(posedge clk) begin
    valid <= busy && !reset;
    sweep_last <= last_tap;
    word_address <= word;
    tap_address <= address;
    pixel_row <= row + tap_row;
    pixel_column <= column + tap_column;
  end
  wire tile_last = word_last && sweep_last;
  wire [PLACE-1:0] at_row =
      pixel_row + (sweeps ? {PLACE{1'b0}} : {{PLACE - TAP{1'b0}}, word_row});
  wire [PLACE-1:0] at_column = pixel_column
      + (sweeps ? {PLACE{1'b0}} : {{PLACE - TAP{1'b0}}, word_column});

  always @(posedge clk) begin
    out_valid <= valid && !reset;
    out_address <= tap_address + {{ADDRESS - OFFSET{1'b0}}, word_offset};
    out_word <= word_address;
    out_inside <= at_row < height && at_column < width;
    out_first <= first;
    out_last <= tile_last;
    out_shift <= word_shift;
    if (start) first <= 1'b1;
    else if (valid) first <= tile_last;
  end
endmodule
