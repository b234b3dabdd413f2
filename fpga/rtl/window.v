// Slides a KERNEL x KERNEL window over a picture that streams in pixel by
// pixel, row by row, and gives the windows of a convolution or pool in the
// order of its output pixels.
//
// PIXEL   bits of a pixel, all its channels
// HEIGHT, WIDTH   of the picture; KERNEL (1, 3, 5, ...), STRIDE, PADDING on
//         all four sides. KERNEL and STRIDE are at most HEIGHT + 2 PADDING
//         and WIDTH + 2 PADDING.
//
// out_window holds pixel (row, column) of the window at index row * KERNEL +
// column, index 0 in the lowest bits. Pixels of the padding are the input
// padding: real zero for a convolution, the lowest value for a max pool.
//
// A picture takes (HEIGHT + 2 PADDING) * (WIDTH + 2 PADDING) cycles, pictures
// back to back; a window is valid one cycle after its last pixel. Stores
// KERNEL - 1 lines of the padded picture in a synchronous RAM.
module window #(
    parameter PIXEL = 8,
    parameter HEIGHT = 8,
    parameter WIDTH = 8,
    parameter KERNEL = 3,
    parameter STRIDE = 1,
    parameter PADDING = 1
) (
    input clk,
    input reset,
    input [PIXEL-1:0] padding,
    input in_valid,
    output in_ready,
    input [PIXEL-1:0] in_pixel,
    output reg out_valid,
    input out_ready,
    output reg out_last,  // window of the picture
    output reg [KERNEL*KERNEL*PIXEL-1:0] out_window
);
  function integer ceil_log2(input integer value);
    for (ceil_log2 = 0; (1 << ceil_log2) < value; ceil_log2 = ceil_log2 + 1);
  endfunction
  localparam [31:0] ROWS = HEIGHT + 2 * PADDING;
  localparam [31:0] COLUMNS = WIDTH + 2 * PADDING;
  localparam [31:0] TOP = PADDING, HIGH = HEIGHT, WIDE = WIDTH;
  localparam [31:0] LAST_ROW = (ROWS - KERNEL) / STRIDE * STRIDE + KERNEL - 1;
  localparam [31:0] LAST_COLUMN =
      (COLUMNS - KERNEL) / STRIDE * STRIDE + KERNEL - 1;
  localparam [31:0] BEFORE_FIRST = KERNEL - 1, BETWEEN = STRIDE - 1;
  localparam [31:0] END_ROW = ROWS - 1, END_COLUMN = COLUMNS - 1;
  // Bits of a place: its differences wrap to more than any place.
  localparam P = ceil_log2((ROWS > COLUMNS ? ROWS : COLUMNS) + 1);

  // Place in the padded picture, and steps until the next row or column that
  // completes a window.
  reg [P-1:0] row, column, row_wait, column_wait;
  wire [P-1:0] real_row = row - TOP[P-1:0], real_column = column - TOP[P-1:0];
  wire real_pixel = real_row < HIGH[P-1:0] && real_column < WIDE[P-1:0];
  wire advance = out_ready || !out_valid;
  wire step = advance && (in_valid || !real_pixel);
  assign in_ready = advance && real_pixel;
  wire [PIXEL-1:0] pixel = real_pixel ? in_pixel : padding;
  wire row_ends = column == END_COLUMN[P-1:0];
  wire picture_ends = row_ends && row == END_ROW[P-1:0];
  wire complete = row_wait == 0 && column_wait == 0;

  always @(posedge clk)
    if (reset) begin
      row <= {P{1'b0}};
      column <= {P{1'b0}};
      row_wait <= BEFORE_FIRST[P-1:0];
      column_wait <= BEFORE_FIRST[P-1:0];
    end else if (step) begin
      column <= row_ends ? {P{1'b0}} : column + 1'b1;
      column_wait <= row_ends ? BEFORE_FIRST[P-1:0]
          : column_wait == 0 ? BETWEEN[P-1:0] : column_wait - 1'b1;
      if (row_ends) begin
        row <= picture_ends ? {P{1'b0}} : row + 1'b1;
        row_wait <= picture_ends ? BEFORE_FIRST[P-1:0]
            : row_wait == 0 ? BETWEEN[P-1:0] : row_wait - 1'b1;
      end
    end

  always @(posedge clk)
    if (reset) out_valid <= 1'b0;
    else if (advance) begin
      out_valid <= step && complete;
      out_last <= row == LAST_ROW[P-1:0] && column == LAST_COLUMN[P-1:0];
    end

  // The pixels above this one, oldest row lowest, and this one on top.
  wire [KERNEL*PIXEL-1:0] newest;
  generate
    if (KERNEL == 1) begin : no_lines
      assign newest = pixel;
    end else begin : lines
      reg [(KERNEL-1)*PIXEL-1:0] stored[0:COLUMNS-1];
      reg [(KERNEL-1)*PIXEL-1:0] above;
      localparam A = ceil_log2(COLUMNS);
      wire [A-1:0] next_column = row_ends ? {A{1'b0}} : column[A-1:0] + 1'b1;
      assign newest = {pixel, above};
      always @(posedge clk)
        if (step) begin
          stored[column[A-1:0]] <= newest[KERNEL*PIXEL-1:PIXEL];
          above <= stored[next_column];
        end
    end
  endgenerate

  // Each line of the window drops its oldest pixel, the lowest.
  genvar line;
  generate
    for (line = 0; line < KERNEL; line = line + 1) begin : shift
      wire [(KERNEL+1)*PIXEL-1:0] longer = {
        newest[line*PIXEL+:PIXEL], out_window[line*KERNEL*PIXEL+:KERNEL*PIXEL]
      };
      wire unused = &longer[PIXEL-1:0];
      always @(posedge clk)
        if (step)
          out_window[line*KERNEL*PIXEL+:KERNEL*PIXEL] <=
              longer[(KERNEL+1)*PIXEL-1:PIXEL];
    end
  endgenerate
endmodule
