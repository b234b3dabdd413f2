// Where the rows of a picture lie while windows slide over it: a ring of LINES
// lines, into which rows go as they come, those of the next picture after those
// of this one. No window is ever copied; who reads a window asks tap_address
// where its taps lie.
//
// A pixel is GROUPS beats. A beat lies at {slot, place}: slot of its row, 0 ..
// LINES - 1, and place = column * GROUPS + group.
//
// Geometry as in docs/fpga.md, LINES >= KERNEL_HEIGHT
// SLOT, PLACE  bits(LINES), bits(WIDTH * GROUPS)
//
// A position (of the window, in the order of the output's pixels) is valid from
// the cycle after its last pixel inside the picture has come. The reader raises
// next in the cycle in which it asks for the last of its taps; the next
// position may be read in the next cycle, and the memory must be read in that
// cycle at the latest.
//
// A row is taken when row < first row of the position's window + LINES, rows
// counted on over pictures and those of the padding counted, too.
module line_ring #(
    parameter HEIGHT = 8,
    parameter WIDTH = 8,
    parameter GROUPS = 1,
    parameter KERNEL_HEIGHT = 3,
    parameter KERNEL_WIDTH = 3,
    parameter STRIDE_Y = 1,
    parameter STRIDE_X = 1,
    parameter TOP = 1,
    parameter LEFT = 1,
    parameter OUT_HEIGHT = 8,
    parameter OUT_WIDTH = 8,
    parameter LINES = 4,
    parameter SLOT = 2,
    parameter PLACE = 3
) (
    input clk,
    input reset,
    input in_valid,
    output in_ready,
    output write_enable,
    output [SLOT+PLACE-1:0] write_address,
    output position_valid,
    input next,
    output reg [SLOT-1:0] slot,  // of the window's first row
    output reg [PLACE-1:0] place,  // of the window's first column, modulo
    output reg [KERNEL_HEIGHT-1:0] rows_inside,  // the picture
    output reg [KERNEL_WIDTH-1:0] columns_inside
);
  function integer ceil_log2(input integer value);
    for (ceil_log2 = 0; (1 << ceil_log2) < value; ceil_log2 = ceil_log2 + 1);
  endfunction

  // The writer: the beat that comes next.
  localparam [31:0] LAST_PLACE = WIDTH * GROUPS - 1, LAST_SLOT = LINES - 1;
  reg [SLOT-1:0] write_slot;
  reg [PLACE-1:0] write_place;
  wire write_line_ends = write_place == LAST_PLACE[PLACE-1:0];
  assign write_enable = in_valid && in_ready;
  assign write_address = {write_slot, write_place};
  always @(posedge clk)
    if (reset) begin
      write_slot <= {SLOT{1'b0}};
      write_place <= {PLACE{1'b0}};
    end else if (write_enable) begin
      write_place <= write_line_ends ? {PLACE{1'b0}} : write_place + 1'b1;
      if (write_line_ends)
        write_slot <= write_slot == LAST_SLOT[SLOT-1:0] ? {SLOT{1'b0}}
            : write_slot + 1'b1;
    end

  // Columns of the line that are whole, those of the padding counted.
  localparam X = ceil_log2(LEFT + WIDTH + KERNEL_WIDTH + STRIDE_X + 1);
  localparam [31:0] PADDED_LEFT = LEFT;
  reg [X-1:0] columns;
  wire pixel_ends;
  generate
    if (GROUPS == 1) begin : whole
      assign pixel_ends = 1'b1;
    end else begin : grouped
      localparam G = ceil_log2(GROUPS);
      localparam [31:0] LAST_GROUP = GROUPS - 1;
      reg [G-1:0] group;
      assign pixel_ends = group == LAST_GROUP[G-1:0];
      always @(posedge clk)
        if (reset) group <= {G{1'b0}};
        else if (write_enable)
          group <= pixel_ends ? {G{1'b0}} : group + 1'b1;
    end
  endgenerate
  always @(posedge clk)
    if (reset) columns <= PADDED_LEFT[X-1:0];
    else if (write_enable && pixel_ends)
      columns <= write_line_ends ? PADDED_LEFT[X-1:0] : columns + 1'b1;

  // The reader: the end of its window in the padded picture.
  localparam Y = ceil_log2(TOP + HEIGHT + 2 * KERNEL_HEIGHT + STRIDE_Y + 1);
  localparam [31:0] FIRST_X = KERNEL_WIDTH, STEP_X = STRIDE_X;
  localparam [31:0] LAST_X = KERNEL_WIDTH + (OUT_WIDTH - 1) * STRIDE_X;
  localparam [31:0] FIRST_Y = KERNEL_HEIGHT, STEP_Y = STRIDE_Y;
  localparam [31:0] LAST_Y = KERNEL_HEIGHT + (OUT_HEIGHT - 1) * STRIDE_Y;
  localparam [31:0] BELOW = TOP + HEIGHT, BESIDE = LEFT + WIDTH;
  localparam [31:0] FIRST_PLACE = 0 - LEFT * GROUPS;
  localparam [31:0] STEP_PLACE = STRIDE_X * GROUPS;
  localparam [31:0] FIRST_SLOT = (LINES - TOP) % LINES;
  localparam [31:0] ROW_SLOTS = STRIDE_Y % LINES;
  // Rows from the last window to the first of the next picture, > -LINES.
  localparam NEXT_PICTURE = HEIGHT - (OUT_HEIGHT - 1) * STRIDE_Y;
  localparam [31:0] PICTURE_SLOTS = (NEXT_PICTURE + LINES) % LINES;
  localparam [31:0] DEPTH = LINES;
  reg [X-1:0] x_end;
  reg [Y-1:0] y_end;
  wire row_ends = OUT_WIDTH == 1 || x_end == LAST_X[X-1:0];
  wire picture_ends = OUT_HEIGHT == 1 || y_end == LAST_Y[Y-1:0];
  wire next_row = next && row_ends;
  wire [SLOT:0] far = {1'b0, slot}
      + (picture_ends ? PICTURE_SLOTS[SLOT:0] : ROW_SLOTS[SLOT:0]);
  wire [SLOT:0] next_slot = far >= DEPTH[SLOT:0] ? far - DEPTH[SLOT:0] : far;
  always @(posedge clk)
    if (reset) begin
      x_end <= FIRST_X[X-1:0];
      y_end <= FIRST_Y[Y-1:0];
      slot <= FIRST_SLOT[SLOT-1:0];
      place <= FIRST_PLACE[PLACE-1:0];
    end else if (next) begin
      x_end <= row_ends ? FIRST_X[X-1:0] : x_end + STEP_X[X-1:0];
      place <= row_ends ? FIRST_PLACE[PLACE-1:0]
          : place + STEP_PLACE[PLACE-1:0];
      if (row_ends) begin
        y_end <= picture_ends ? FIRST_Y[Y-1:0] : y_end + STEP_Y[Y-1:0];
        slot <= next_slot[SLOT-1:0];
      end
    end
  wire unused = next_slot[SLOT];

  // Whole rows from the window's first on; below 0 where rows are skipped.
  localparam A = ceil_log2(LINES + HEIGHT + KERNEL_HEIGHT + STRIDE_Y + 1) + 1;
  localparam [31:0] HELD_ROWS = LINES, PADDED_TOP = TOP;
  localparam [31:0] AFTER_ROW = 0 - STRIDE_Y, AFTER_PICTURE = 0 - NEXT_PICTURE;
  reg signed [A-1:0] ahead;
  wire [A-1:0] released = !next_row ? {A{1'b0}}
      : picture_ends ? AFTER_PICTURE[A-1:0] : AFTER_ROW[A-1:0];
  always @(posedge clk)
    if (reset) ahead <= PADDED_TOP[A-1:0];
    else
      ahead <= ahead + released
          + {{A - 1{1'b0}}, write_enable && write_line_ends};
  assign in_ready = ahead < $signed(HELD_ROWS[A-1:0]);

  // Rows that the window needs: to its end or the picture's.
  localparam [31:0] TO_BELOW = TOP + HEIGHT + KERNEL_HEIGHT;
  wire [Y-1:0] to_below = TO_BELOW[Y-1:0] - y_end;
  wire [Y-1:0] needed = y_end <= BELOW[Y-1:0] ? FIRST_Y[Y-1:0] : to_below;
  localparam W = (A > Y ? A : Y) + 1;
  wire signed [W-1:0] missing =
      {{W - Y{1'b0}}, needed} - {{W - A{ahead[A-1]}}, ahead};
  assign position_valid =
      missing[W-1] || missing == 0 || (missing == 1 && columns >= x_end);

  // Which rows and columns of the window lie inside.
  integer tap;
  always @* begin
    for (tap = 0; tap < KERNEL_HEIGHT; tap = tap + 1)
      rows_inside[tap] = {{32 - Y{1'b0}}, y_end} + tap >= TOP + FIRST_Y
          && {{32 - Y{1'b0}}, y_end} + tap < BELOW + FIRST_Y;
    for (tap = 0; tap < KERNEL_WIDTH; tap = tap + 1)
      columns_inside[tap] = {{32 - X{1'b0}}, x_end} + tap >= LEFT + FIRST_X
          && {{32 - X{1'b0}}, x_end} + tap < BESIDE + FIRST_X;
  end
endmodule
