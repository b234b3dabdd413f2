// window against its definition: each pixel of each window is that of the
// picture, or padding. Also max_pool behind it, over the real pixels alone, and
// the cycles of a picture.
module window_bench;
  `include "bench.vh"
  parameter HEIGHT = 7;
  parameter WIDTH = 6;
  parameter KERNEL = 3;
  parameter STRIDE = 1;
  parameter PADDING = 1;
  parameter PICTURES = 4;
  localparam CHANNELS = 2, BITS = 9, PIXEL = CHANNELS * BITS;
  localparam ROWS = (HEIGHT + 2 * PADDING - KERNEL) / STRIDE + 1;
  localparam COLUMNS = (WIDTH + 2 * PADDING - KERNEL) / STRIDE + 1;
  localparam WINDOWS = ROWS * COLUMNS, PIXELS = HEIGHT * WIDTH;
  localparam [31:0] COUNT = PIXELS * PICTURES;
  localparam signed [BITS-1:0] LOWEST = -(1 << (BITS - 1));

  reg [PIXEL-1:0] picture[0:PIXELS*PICTURES-1];
  integer i, seed = SEED;
  initial
    for (i = 0; i < PIXELS * PICTURES; i = i + 1) picture[i] = $random(seed);

  wire in_valid, in_ready, out_valid, out_ready, out_last;
  wire pooled_valid, pooled_ready, pooled_last;
  wire [31:0] sent, received, broken;
  wire [KERNEL*KERNEL*PIXEL-1:0] out_window;
  wire [PIXEL-1:0] pooled;
  stream_source #(.STALL(STALL), .SEED(SEED)) source (
      .clk(clk), .reset(reset), .count(COUNT),
      .valid(in_valid), .ready(in_ready), .index(sent));
  window #(
      .PIXEL(PIXEL), .HEIGHT(HEIGHT), .WIDTH(WIDTH), .KERNEL(KERNEL),
      .STRIDE(STRIDE), .PADDING(PADDING)) dut (
      .clk(clk), .reset(reset), .padding({CHANNELS{LOWEST}}),
      .in_valid(in_valid), .in_ready(in_ready), .in_pixel(picture[sent]),
      .out_valid(out_valid), .out_ready(out_ready), .out_last(out_last),
      .out_window(out_window));
  max_pool #(.TAPS(KERNEL * KERNEL), .CHANNELS(CHANNELS), .BITS(BITS)) pool (
      .clk(clk), .reset(reset),
      .in_valid(out_valid), .in_ready(out_ready), .in_last(out_last),
      .in_window(out_window),
      .out_valid(pooled_valid), .out_ready(pooled_ready),
      .out_last(pooled_last), .out_pixel(pooled));
  stream_sink #(.WIDTH(PIXEL + 1), .STALL(STALL), .SEED(SEED)) sink (
      .clk(clk), .reset(reset), .valid(pooled_valid),
      .data({pooled_last, pooled}), .ready(pooled_ready), .index(received),
      .broken(broken));

  // Pixel of the window of output position `at` (over all pictures) at `tap`.
  integer y, x;
  function [PIXEL-1:0] expected(input integer at, input integer tap);
    begin
      y = at % WINDOWS / COLUMNS * STRIDE + tap / KERNEL - PADDING;
      x = at % COLUMNS * STRIDE + tap % KERNEL - PADDING;
      expected = y < 0 || y >= HEIGHT || x < 0 || x >= WIDTH
          ? {CHANNELS{LOWEST}}
          : picture[at / WINDOWS * PIXELS + y * WIDTH + x];
    end
  endfunction

  integer windows = 0, tap, channel, last_cycle = 0;
  reg signed [BITS-1:0] best, value;
  reg [PIXEL-1:0] tap_pixel;
  always @(posedge clk)
    if (!reset && out_valid && out_ready) begin
      for (tap = 0; tap < KERNEL * KERNEL; tap = tap + 1)
        check(out_window[tap*PIXEL+:PIXEL] === expected(windows, tap));
      check(out_last === (windows % WINDOWS == WINDOWS - 1));
      if (out_last) begin
        if (STALL == 0 && last_cycle != 0)
          check(cycle - last_cycle
              == (HEIGHT + 2 * PADDING) * (WIDTH + 2 * PADDING));
        last_cycle = cycle;
      end
      windows = windows + 1;
    end

  always @(posedge clk)
    if (!reset && pooled_valid && pooled_ready) begin
      for (channel = 0; channel < CHANNELS; channel = channel + 1) begin
        best = LOWEST;
        for (tap = 0; tap < KERNEL * KERNEL; tap = tap + 1) begin
          tap_pixel = expected(received, tap);
          value = tap_pixel[channel*BITS+:BITS];
          if (value > best) best = value;
        end
        check(pooled[channel*BITS+:BITS] === best);
      end
      if (received == WINDOWS * PICTURES - 1) begin
        check(pooled_last === 1'b1 && broken == 0);
        finish;
      end
    end
endmodule
