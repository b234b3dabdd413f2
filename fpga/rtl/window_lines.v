// The rows of a picture that windows slide over, and the taps of a window: a
// line_ring, and for each of COPIES readers of the same position a memory of
// lines of its own.
//
// Geometry, LINES: docs/fpga.md; GROUPS, position_valid and next: line_ring
// LATE  1: taps are of the ring's position one cycle ago; 0: of that now
// ROW, COLUMN, GROUP  bits of a row and column of the kernel, and of a group
//
// A tap is {row, column, group}. Its data come one cycle after a cycle in which
// read is high, is_inside (the picture) in the same one.
module window_lines #(
    parameter HEIGHT = 8,
    parameter WIDTH = 8,
    parameter GROUPS = 1,
    parameter LANES = 4,
    parameter KERNEL_HEIGHT = 3,
    parameter KERNEL_WIDTH = 3,
    parameter STRIDE_Y = 1,
    parameter STRIDE_X = 1,
    parameter TOP = 1,
    parameter LEFT = 1,
    parameter OUT_HEIGHT = 8,
    parameter OUT_WIDTH = 8,
    parameter LINES = 4,
    parameter COPIES = 2,
    parameter LATE = 1,
    parameter ROW = 2,
    parameter COLUMN = 2,
    parameter GROUP = 1
) (
    input clk,
    input reset,
    input in_valid,
    output in_ready,
    input [LANES*8-1:0] in_data,
    output position_valid,
    input next,
    input read,
    input [COPIES*(ROW+COLUMN+GROUP)-1:0] taps,
    output [COPIES-1:0] is_inside,
    output [COPIES*LANES*8-1:0] data
);
  function integer ceil_log2(input integer value);
    for (ceil_log2 = 0; (1 << ceil_log2) < value; ceil_log2 = ceil_log2 + 1);
  endfunction
  function integer bits(input integer values);  // to tell so many apart
    bits = values > 1 ? ceil_log2(values) : 1;
  endfunction
  localparam SLOT = bits(LINES), PLACE = bits(WIDTH * GROUPS);
  localparam TAP = ROW + COLUMN + GROUP;
  localparam POSITION = SLOT + PLACE + KERNEL_HEIGHT + KERNEL_WIDTH;

  wire store;
  wire [SLOT+PLACE-1:0] store_address;
  wire [POSITION-1:0] position;
  line_ring #(
      .HEIGHT(HEIGHT),
      .WIDTH(WIDTH),
      .GROUPS(GROUPS),
      .KERNEL_HEIGHT(KERNEL_HEIGHT),
      .KERNEL_WIDTH(KERNEL_WIDTH),
      .STRIDE_Y(STRIDE_Y),
      .STRIDE_X(STRIDE_X),
      .TOP(TOP),
      .LEFT(LEFT),
      .OUT_HEIGHT(OUT_HEIGHT),
      .OUT_WIDTH(OUT_WIDTH),
      .LINES(LINES),
      .SLOT(SLOT),
      .PLACE(PLACE)
  ) ring (
      .clk(clk),
      .reset(reset),
      .in_valid(in_valid),
      .in_ready(in_ready),
      .write_enable(store),
      .write_address(store_address),
      .position_valid(position_valid),
      .next(next),
      .slot(position[POSITION-1-:SLOT]),
      .place(position[POSITION-SLOT-1-:PLACE]),
      .rows_inside(position[KERNEL_WIDTH+:KERNEL_HEIGHT]),
      .columns_inside(position[KERNEL_WIDTH-1:0])
  );

  wire [SLOT-1:0] slot;
  wire [PLACE-1:0] place;
  wire [KERNEL_HEIGHT-1:0] rows_inside;
  wire [KERNEL_WIDTH-1:0] columns_inside;
  generate
    if (LATE != 0) begin : late
      reg [POSITION-1:0] position_q;
      always @(posedge clk) position_q <= position;
      assign {slot, place, rows_inside, columns_inside} = position_q;
    end else begin : at_once
      assign {slot, place, rows_inside, columns_inside} = position;
    end
  endgenerate

  genvar i;
  generate
    for (i = 0; i < COPIES; i = i + 1) begin : copies
      wire [SLOT+PLACE-1:0] address;
      tap_address #(
          .LINES(LINES),
          .GROUPS(GROUPS),
          .KERNEL_HEIGHT(KERNEL_HEIGHT),
          .KERNEL_WIDTH(KERNEL_WIDTH),
          .SLOT(SLOT),
          .PLACE(PLACE),
          .ROW(ROW),
          .COLUMN(COLUMN),
          .GROUP(GROUP)
      ) tap (
          .slot(slot),
          .place(place),
          .rows_inside(rows_inside),
          .columns_inside(columns_inside),
          .row(taps[i*TAP+COLUMN+GROUP+:ROW]),
          .column(taps[i*TAP+GROUP+:COLUMN]),
          .group(taps[i*TAP+:GROUP]),
          .address(address),
          .is_inside(is_inside[i])
      );
      memory #(
          .WORD(LANES * 8),
          .ADDRESS(SLOT + PLACE),
          .DEPTH((LINES > 1 ? LINES : 2) << PLACE)
      ) lines (
          .clk(clk),
          .write_enable(store),
          .write_address(store_address),
          .write_word(in_data),
          .read_enable(read),
          .read_address(address),
          .read_word(data[i*LANES*8+:LANES*8])
      );
    end
  endgenerate
endmodule
