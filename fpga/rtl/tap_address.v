// Where a tap of a window lies in the memory of a line_ring, and whether it is
// inside the picture. Combinational, without multipliers.
//
// LINES, GROUPS, KERNEL_HEIGHT, KERNEL_WIDTH, SLOT, PLACE  as in line_ring
// ROW, COLUMN, GROUP  bits of a row and column of the kernel, and of a group
module tap_address #(
    parameter LINES = 4,
    parameter GROUPS = 1,
    parameter KERNEL_HEIGHT = 3,
    parameter KERNEL_WIDTH = 3,
    parameter SLOT = 2,
    parameter PLACE = 3,
    parameter ROW = 2,
    parameter COLUMN = 2,
    parameter GROUP = 1
) (
    input [SLOT-1:0] slot,
    input [PLACE-1:0] place,
    input [KERNEL_HEIGHT-1:0] rows_inside,
    input [KERNEL_WIDTH-1:0] columns_inside,
    input [ROW-1:0] row,
    input [COLUMN-1:0] column,
    input [GROUP-1:0] group,
    output [SLOT+PLACE-1:0] address,
    output is_inside
);
  localparam [31:0] DEPTH = LINES;
  localparam FAR = (SLOT > ROW ? SLOT : ROW) + 1;
  wire [FAR-1:0] far = {{FAR - SLOT{1'b0}}, slot} + {{FAR - ROW{1'b0}}, row};
  wire [FAR-1:0] tap_slot = far >= DEPTH[FAR-1:0] ? far - DEPTH[FAR-1:0] : far;

  integer i;
  integer beats;
  reg row_inside, column_inside;
  always @* begin
    beats = 0;
    row_inside = 1'b0;
    column_inside = 1'b0;
    for (i = 0; i < KERNEL_HEIGHT; i = i + 1)
      if ({{32 - ROW{1'b0}}, row} == i) row_inside = rows_inside[i];
    for (i = 0; i < KERNEL_WIDTH; i = i + 1)
      if ({{32 - COLUMN{1'b0}}, column} == i) begin
        column_inside = columns_inside[i];
        beats = i * GROUPS;
      end
  end
  wire [PLACE-1:0] tap_place =
      place + beats[PLACE-1:0] + {{PLACE - GROUP{1'b0}}, group};
  assign address = {tap_slot[SLOT-1:0], tap_place};
  assign is_inside = row_inside && column_inside;
  wire unused = &{tap_slot[FAR-1:SLOT], beats[31:PLACE]};
endmodule
