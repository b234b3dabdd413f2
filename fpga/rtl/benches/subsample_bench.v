// subsample_stage: the pixels and channels that stay, in their places, zeros
// around them, and the cycles of pixels that are kept one after the other.
module subsample_bench;
  `include "bench.vh"
  parameter HEIGHT = 5;
  parameter WIDTH = 6;
  parameter CHANNELS = 8;
  parameter LANES = 4;
  parameter FIRST_Y = 0;
  parameter FIRST_X = 0;
  parameter STRIDE_Y = 2;
  parameter STRIDE_X = 2;
  parameter CHANNELS_BEFORE = 4;
  parameter CHANNELS_AFTER = 4;
  parameter OUT_LANES = 8;
  parameter PIECE = 4;
  localparam PICTURES = 5, ZERO = -7;
  localparam ROWS = (HEIGHT - FIRST_Y + STRIDE_Y - 1) / STRIDE_Y;
  localparam COLUMNS = (WIDTH - FIRST_X + STRIDE_X - 1) / STRIDE_X;
  localparam ALL = CHANNELS_BEFORE + CHANNELS + CHANNELS_AFTER;
  localparam IN_BEATS = (CHANNELS + LANES - 1) / LANES;
  localparam OUT_BEATS = (ALL + OUT_LANES - 1) / OUT_LANES;
  localparam PIXELS = PICTURES * ROWS * COLUMNS;
  localparam [31:0] COUNT = PICTURES * HEIGHT * WIDTH * IN_BEATS;
  reg [LANES*8-1:0] picture[0:COUNT-1];
  integer i, seed = SEED;
  initial for (i = 0; i < COUNT; i = i + 1) picture[i] = {LANES{$random(seed)}}
      ^ {$random(seed), $random(seed)};

  wire in_valid, in_ready, out_valid, out_ready;
  wire [31:0] sent, received, broken;
  wire [OUT_LANES*8-1:0] out_data;
  stream_source #(.STALL(STALL), .SEED(SEED)) source (
      .clk(clk), .reset(reset), .count(COUNT),
      .valid(in_valid), .ready(in_ready), .index(sent));
  subsample_stage #(
      .HEIGHT(HEIGHT), .WIDTH(WIDTH), .CHANNELS(CHANNELS), .LANES(LANES),
      .FIRST_Y(FIRST_Y), .FIRST_X(FIRST_X), .STRIDE_Y(STRIDE_Y),
      .STRIDE_X(STRIDE_X), .CHANNELS_BEFORE(CHANNELS_BEFORE),
      .CHANNELS_AFTER(CHANNELS_AFTER), .OUT_LANES(OUT_LANES), .ZERO(ZERO)) dut (
      .clk(clk), .reset(reset),
      .in_valid(in_valid), .in_ready(in_ready), .in_data(picture[sent]),
      .out_valid(out_valid), .out_ready(out_ready), .out_data(out_data));
  stream_sink #(.WIDTH(OUT_LANES * 8), .STALL(STALL), .SEED(SEED)) sink (
      .clk(clk), .reset(reset), .valid(out_valid), .data(out_data),
      .ready(out_ready), .index(received), .broken(broken));

  // A pixel's cycles: its beats, and where it is kept those of its pieces.
  localparam KEPT = ALL == CHANNELS
      ? (IN_BEATS > OUT_BEATS ? IN_BEATS : OUT_BEATS)
      : ALL / PIECE > IN_BEATS ? ALL / PIECE : IN_BEATS;
  integer pixel, from, channel, lane, first_cycle = 0;
  reg [7:0] expected;
  always @(posedge clk)
    if (!reset && out_valid && out_ready) begin
      pixel = received / OUT_BEATS;
      from = ((pixel / ROWS / COLUMNS * HEIGHT
          + pixel / COLUMNS % ROWS * STRIDE_Y + FIRST_Y) * WIDTH
          + pixel % COLUMNS * STRIDE_X + FIRST_X) * IN_BEATS;
      for (lane = 0; lane < OUT_LANES; lane = lane + 1) begin
        channel =
            received % OUT_BEATS * OUT_LANES + lane - CHANNELS_BEFORE;
        expected = channel < 0 || channel >= CHANNELS ? ZERO
            : picture[from+channel/LANES] >> channel % LANES * 8;
        if (channel < CHANNELS + CHANNELS_AFTER)
          check(out_data[lane*8+:8] === expected);
      end
      if (received == OUT_BEATS - 1) first_cycle = cycle;
      if (received == PIXELS * OUT_BEATS - 1) begin
        check(broken == 0);
        if (STALL == 0 && COUNT == PIXELS * IN_BEATS)  // none dropped
          check(cycle - first_cycle == (PIXELS - 1) * KEPT);
        finish;
      end
    end
endmodule
