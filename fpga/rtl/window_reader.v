// Reads the windows of a picture beat by beat: for each position, for each
// group of channels, the taps row by row.
//
// Geometry, LINES: docs/fpga.md
//
// A position takes KERNEL_HEIGHT * KERNEL_WIDTH * GROUPS cycles in which
// advance is high, positions back to back as long as their input is there; the
// first tap comes two cycles after the position's last input.
module window_reader #(
    parameter HEIGHT = 8,
    parameter WIDTH = 8,
    parameter CHANNELS = 4,
    parameter LANES = 4,
    parameter KERNEL_HEIGHT = 2,
    parameter KERNEL_WIDTH = 2,
    parameter STRIDE_Y = 2,
    parameter STRIDE_X = 2,
    parameter TOP = 0,
    parameter LEFT = 0,
    parameter OUT_HEIGHT = 4,
    parameter OUT_WIDTH = 4,
    parameter LINES = 4
) (
    input clk,
    input reset,
    input in_valid,
    output in_ready,
    input [LANES*8-1:0] in_data,
    input advance,  // low: what is read holds
    output reg out_valid,
    output reg out_inside,  // the picture
    output reg out_first,  // tap of its group
    output reg out_last,
    output [LANES*8-1:0] out_data
);
  function integer ceil_log2(input integer value);
    for (ceil_log2 = 0; (1 << ceil_log2) < value; ceil_log2 = ceil_log2 + 1);
  endfunction
  function integer bits(input integer values);  // to tell so many apart
    bits = values > 1 ? ceil_log2(values) : 1;
  endfunction
  localparam GROUPS = (CHANNELS + LANES - 1) / LANES;
  localparam ROW = bits(KERNEL_HEIGHT), COLUMN = bits(KERNEL_WIDTH);
  localparam GROUP = bits(GROUPS);
  localparam [31:0] LAST_ROW = KERNEL_HEIGHT - 1;
  localparam [31:0] LAST_COLUMN = KERNEL_WIDTH - 1;
  localparam [31:0] LAST_GROUP = GROUPS - 1;

  // The tap that is asked for next.
  wire position_valid;
  wire ask = position_valid && advance;
  reg [ROW-1:0] row;
  reg [COLUMN-1:0] column;
  reg [GROUP-1:0] group;
  wire row_ends = column == LAST_COLUMN[COLUMN-1:0];
  wire group_begins = row == 0 && column == 0;
  wire group_ends = row_ends && row == LAST_ROW[ROW-1:0];
  wire ends = group_ends && group == LAST_GROUP[GROUP-1:0];
  always @(posedge clk)
    if (reset) begin
      row <= {ROW{1'b0}};
      column <= {COLUMN{1'b0}};
      group <= {GROUP{1'b0}};
    end else if (ask) begin
      column <= row_ends ? {COLUMN{1'b0}} : column + 1'b1;
      if (row_ends) row <= group_ends ? {ROW{1'b0}} : row + 1'b1;
      if (group_ends) group <= ends ? {GROUP{1'b0}} : group + 1'b1;
    end

  wire is_inside;
  window_lines #(
      .HEIGHT(HEIGHT),
      .WIDTH(WIDTH),
      .GROUPS(GROUPS),
      .LANES(LANES),
      .KERNEL_HEIGHT(KERNEL_HEIGHT),
      .KERNEL_WIDTH(KERNEL_WIDTH),
      .STRIDE_Y(STRIDE_Y),
      .STRIDE_X(STRIDE_X),
      .TOP(TOP),
      .LEFT(LEFT),
      .OUT_HEIGHT(OUT_HEIGHT),
      .OUT_WIDTH(OUT_WIDTH),
      .LINES(LINES),
      .COPIES(1),
      .LATE(0),
      .ROW(ROW),
      .COLUMN(COLUMN),
      .GROUP(GROUP)
  ) lines (
      .clk(clk),
      .reset(reset),
      .in_valid(in_valid),
      .in_ready(in_ready),
      .in_data(in_data),
      .position_valid(position_valid),
      .next(ask && ends),
      .read(ask),
      .taps({row, column, group}),
      .is_inside(is_inside),
      .data(out_data)
  );
  always @(posedge clk)
    if (reset) out_valid <= 1'b0;
    else if (advance) out_valid <= position_valid;
  always @(posedge clk)
    if (ask) begin
      out_inside <= is_inside;
      {out_first, out_last} <= {group_begins, group_ends};
    end
endmodule
