// Lets every STRIDE-th row and column of a picture pass, from FIRST on, and
// drops the rest. BEATS of a pixel. No latency: whether a beat passes is known
// before it comes.
module keep_pixels #(
    parameter HEIGHT = 8,
    parameter WIDTH = 8,
    parameter BEATS = 1,
    parameter FIRST_Y = 0,
    parameter FIRST_X = 0,
    parameter STRIDE_Y = 2,
    parameter STRIDE_X = 2
) (
    input clk,
    input reset,
    input in_valid,
    output in_ready,
    output out_valid,
    input out_ready
);
  function integer ceil_log2(input integer value);
    for (ceil_log2 = 0; (1 << ceil_log2) < value; ceil_log2 = ceil_log2 + 1);
  endfunction
  localparam Y = ceil_log2(HEIGHT + STRIDE_Y + 1);
  localparam X = ceil_log2(WIDTH + STRIDE_X + 1);
  localparam [31:0] LAST_Y = HEIGHT - 1, LAST_X = WIDTH - 1;
  localparam [31:0] BEFORE_Y = FIRST_Y, BEFORE_X = FIRST_X;
  localparam [31:0] BETWEEN_Y = STRIDE_Y - 1, BETWEEN_X = STRIDE_X - 1;

  reg [Y-1:0] row, row_wait;  // wait: rows to drop before the next that passes
  reg [X-1:0] column, column_wait;
  wire passes = row_wait == 0 && column_wait == 0;
  assign out_valid = in_valid && passes;
  assign in_ready = out_ready || !passes;
  wire take = in_valid && in_ready;
  wire pixel_ends;
  pixel_beats #(
      .BEATS(BEATS)
  ) beats (
      .clk(clk),
      .reset(reset),
      .step(take),
      .last(pixel_ends)
  );
  wire row_ends = column == LAST_X[X-1:0];
  wire picture_ends = row == LAST_Y[Y-1:0];
  always @(posedge clk)
    if (reset) begin
      row <= {Y{1'b0}};
      column <= {X{1'b0}};
      row_wait <= BEFORE_Y[Y-1:0];
      column_wait <= BEFORE_X[X-1:0];
    end else if (take && pixel_ends) begin
      column <= row_ends ? {X{1'b0}} : column + 1'b1;
      column_wait <= row_ends ? BEFORE_X[X-1:0]
          : column_wait == 0 ? BETWEEN_X[X-1:0] : column_wait - 1'b1;
      if (row_ends) begin
        row <= picture_ends ? {Y{1'b0}} : row + 1'b1;
        row_wait <= picture_ends ? BEFORE_Y[Y-1:0]
            : row_wait == 0 ? BETWEEN_Y[Y-1:0] : row_wait - 1'b1;
      end
    end
endmodule
