// The average of each channel over a window: the exact sum of q - IN_ZERO over
// its pixels inside the picture, requantised with one multiplier.
//
// Parameters: docs/fpga.md
// COMMON  0: all windows divide by one number, which is part of FACTOR; else
//     the least common multiple of their pixels inside the picture, which they
//     divide by: the sum of n pixels counts COMMON / n times
// FEWEST  pixels inside of any window
//
// A beat takes max(pixels of the window, LANES) cycles, beats back to back as
// long as input is there and output is taken. A window that is the whole
// picture needs no ring: its sums run while pixels come, one beat a cycle, and
// LINES counts for nothing.
module average_pool_stage #(
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
    parameter LINES = 4,
    parameter MULTIPLIER = 1,
    parameter SUM = 24,
    parameter SHIFT = 0,
    parameter FACTOR = 16384,
    parameter COMMON = 0,
    parameter FEWEST = 1,
    parameter IN_SIGNED = 0,
    parameter IN_ZERO = 0,
    parameter OUT_ZERO = 0,
    parameter OUT_LOW = 0,
    parameter OUT_HIGH = 255
) (
    input clk,
    input reset,
    input in_valid,
    output in_ready,
    input [LANES*8-1:0] in_data,
    output out_valid,
    input out_ready,
    output [LANES*8-1:0] out_data
);
  localparam WHOLE = KERNEL_HEIGHT == HEIGHT && KERNEL_WIDTH == WIDTH
      && OUT_HEIGHT == 1 && OUT_WIDTH == 1 && TOP == 0 && LEFT == 0;
  function integer ceil_log2(input integer value);
    for (ceil_log2 = 0; (1 << ceil_log2) < value; ceil_log2 = ceil_log2 + 1);
  endfunction
  localparam WEIGHT = COMMON > 0 ? ceil_log2(COMMON / FEWEST + 1) : 0;
  wire sums_valid, sums_ready;
  wire [LANES*SUM-1:0] sums;
  wire [(WEIGHT > 0 ? WEIGHT : 1)-1:0] weight;
  generate
    if (WHOLE) begin : whole
      assign weight = 1'b0;
      picture_sums #(
          .PIXELS(HEIGHT * WIDTH),
          .GROUPS((CHANNELS + LANES - 1) / LANES),
          .LANES(LANES),
          .SUM(SUM),
          .SIGNED(IN_SIGNED),
          .ZERO(IN_ZERO)
      ) adder (
          .clk(clk),
          .reset(reset),
          .in_valid(in_valid),
          .in_ready(in_ready),
          .in_data(in_data),
          .out_valid(sums_valid),
          .out_ready(sums_ready),
          .out_sums(sums)
      );
    end else begin : windows
      wire advance = sums_ready || !sums_valid;
      wire valid, is_inside, first, last;
      wire [LANES*8-1:0] data;
      window_reader #(
          .HEIGHT(HEIGHT),
          .WIDTH(WIDTH),
          .CHANNELS(CHANNELS),
          .LANES(LANES),
          .KERNEL_HEIGHT(KERNEL_HEIGHT),
          .KERNEL_WIDTH(KERNEL_WIDTH),
          .STRIDE_Y(STRIDE_Y),
          .STRIDE_X(STRIDE_X),
          .TOP(TOP),
          .LEFT(LEFT),
          .OUT_HEIGHT(OUT_HEIGHT),
          .OUT_WIDTH(OUT_WIDTH),
          .LINES(LINES)
      ) reader (
          .clk(clk),
          .reset(reset),
          .in_valid(in_valid),
          .in_ready(in_ready),
          .in_data(in_data),
          .advance(advance),
          .out_valid(valid),
          .out_inside(is_inside),
          .out_first(first),
          .out_last(last),
          .out_data(data)
      );
      wire [LANES*SUM-1:0] next;
      reg [LANES*SUM-1:0] total;
      add_centred #(
          .LANES(LANES),
          .SUM(SUM),
          .SIGNED(IN_SIGNED),
          .ZERO(IN_ZERO)
      ) adder (
          .is_inside(is_inside),
          .data(data),
          .sums(first ? {LANES * SUM{1'b0}} : total),
          .next(next)
      );
      reg total_valid;
      assign sums_valid = total_valid;
      assign sums = total;
      always @(posedge clk)
        if (reset) total_valid <= 1'b0;
        else if (advance) total_valid <= valid && last;
      always @(posedge clk) if (advance && valid) total <= next;
      if (COMMON > 0) begin : weights
        localparam TAPS = KERNEL_HEIGHT * KERNEL_WIDTH;
        localparam COUNT = ceil_log2(TAPS + 1);
        reg [COUNT-1:0] count;  // of the pixels in total
        always @(posedge clk)
          if (advance && valid)
            count <= (first ? {COUNT{1'b0}} : count)
                + {{COUNT - 1{1'b0}}, is_inside};
        integer i, times;
        always @* begin
          times = 0;
          for (i = FEWEST; i <= TAPS; i = i + 1)
            if ({{32 - COUNT{1'b0}}, count} == i) times = COMMON / i;
        end
        assign weight = times[WEIGHT-1:0];
        wire unused = &times[31:WEIGHT];
      end else begin : alike
        assign weight = 1'b0;
      end
    end
  endgenerate

  beat_requantiser #(
      .LANES(LANES),
      .SUM(SUM),
      .WEIGHT(WEIGHT),
      .SHIFT(SHIFT),
      .FACTOR(FACTOR),
      .OUT_ZERO(OUT_ZERO),
      .OUT_LOW(OUT_LOW),
      .OUT_HIGH(OUT_HIGH),
      .MULTIPLIER(MULTIPLIER)
  ) requantiser (
      .clk(clk),
      .reset(reset),
      .in_valid(sums_valid),
      .in_ready(sums_ready),
      .in_sums(sums),
      .in_weight(weight),
      .out_valid(out_valid),
      .out_ready(out_ready),
      .out_data(out_data)
  );
endmodule
