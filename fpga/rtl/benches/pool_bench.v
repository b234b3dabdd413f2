// max_pool_stage and average_pool_stage against their definitions, several
// pictures back to back, and their cycles without stalls.
module pool_bench;
  `include "bench.vh"
  parameter AVERAGE = 0;  // 1: average_pool_stage
  parameter HEIGHT = 6;
  parameter WIDTH = 8;
  parameter CHANNELS = 6;
  parameter LANES = 4;
  parameter KERNEL_HEIGHT = 2;
  parameter KERNEL_WIDTH = 2;
  parameter STRIDE_Y = 2;
  parameter STRIDE_X = 2;
  parameter TOP = 0;
  parameter LEFT = 0;
  parameter BOTTOM = 0;
  parameter RIGHT = 0;
  parameter LINES = KERNEL_HEIGHT + STRIDE_Y;
  parameter IN_SIGNED = 0;
  parameter IN_ZERO = 0;
  parameter MULTIPLIER = 1;
  parameter COMMON = 0, FEWEST = 1;  // as in average_pool_stage
  parameter PICTURES = 4;
  localparam SHIFT = COMMON > 0 ? 5 : 1, FACTOR = 18001, OUT_ZERO = 3;
  localparam OUT_LOW = IN_SIGNED != 0 ? -128 : 0, OUT_HIGH = OUT_LOW + 255;
  localparam OUT_HEIGHT =
      (HEIGHT + TOP + BOTTOM - KERNEL_HEIGHT) / STRIDE_Y + 1;
  localparam OUT_WIDTH = (WIDTH + LEFT + RIGHT - KERNEL_WIDTH) / STRIDE_X + 1;
  localparam POSITIONS = OUT_HEIGHT * OUT_WIDTH;
  localparam GROUPS = (CHANNELS + LANES - 1) / LANES;
  localparam TAPS = KERNEL_HEIGHT * KERNEL_WIDTH;
  localparam IN_BEATS = HEIGHT * WIDTH * GROUPS;
  localparam ALL = POSITIONS * PICTURES;
  localparam [31:0] COUNT = IN_BEATS * PICTURES;

  reg [LANES*8-1:0] picture[0:COUNT-1];
  integer i, lane, seed = SEED;
  initial
    for (i = 0; i < COUNT; i = i + 1)
      for (lane = 0; lane < LANES; lane = lane + 1)
        picture[i][lane*8+:8] =
            i % GROUPS * LANES + lane < CHANNELS ? $random(seed) : 0;

  wire in_valid, in_ready, out_valid, out_ready;
  wire [31:0] sent, received, broken;
  wire [LANES*8-1:0] out_data;
  stream_source #(.STALL(STALL), .SEED(SEED)) source (
      .clk(clk), .reset(reset), .count(COUNT),
      .valid(in_valid), .ready(in_ready), .index(sent));
  generate
    if (AVERAGE != 0) begin : average
      average_pool_stage #(
          .HEIGHT(HEIGHT), .WIDTH(WIDTH), .CHANNELS(CHANNELS), .LANES(LANES),
          .KERNEL_HEIGHT(KERNEL_HEIGHT), .KERNEL_WIDTH(KERNEL_WIDTH),
          .STRIDE_Y(STRIDE_Y), .STRIDE_X(STRIDE_X), .TOP(TOP), .LEFT(LEFT),
          .OUT_HEIGHT(OUT_HEIGHT), .OUT_WIDTH(OUT_WIDTH), .LINES(LINES),
          .MULTIPLIER(MULTIPLIER), .SHIFT(SHIFT), .FACTOR(FACTOR),
          .COMMON(COMMON), .FEWEST(FEWEST),
          .IN_SIGNED(IN_SIGNED), .IN_ZERO(IN_ZERO), .OUT_ZERO(OUT_ZERO),
          .OUT_LOW(OUT_LOW), .OUT_HIGH(OUT_HIGH)) dut (
          .clk(clk), .reset(reset),
          .in_valid(in_valid), .in_ready(in_ready), .in_data(picture[sent]),
          .out_valid(out_valid), .out_ready(out_ready), .out_data(out_data));
    end else begin : most_of_all
      max_pool_stage #(
          .HEIGHT(HEIGHT), .WIDTH(WIDTH), .CHANNELS(CHANNELS), .LANES(LANES),
          .KERNEL_HEIGHT(KERNEL_HEIGHT), .KERNEL_WIDTH(KERNEL_WIDTH),
          .STRIDE_Y(STRIDE_Y), .STRIDE_X(STRIDE_X), .TOP(TOP), .LEFT(LEFT),
          .OUT_HEIGHT(OUT_HEIGHT), .OUT_WIDTH(OUT_WIDTH), .LINES(LINES),
          .IN_SIGNED(IN_SIGNED)) dut (
          .clk(clk), .reset(reset),
          .in_valid(in_valid), .in_ready(in_ready), .in_data(picture[sent]),
          .out_valid(out_valid), .out_ready(out_ready), .out_data(out_data));
    end
  endgenerate
  stream_sink #(.WIDTH(LANES * 8), .STALL(STALL), .SEED(SEED)) sink (
      .clk(clk), .reset(reset), .valid(out_valid), .data(out_data),
      .ready(out_ready), .index(received), .broken(broken));

  integer y, x, r, s, value, best, sum, inside;
  reg [7:0] raw;
  task walk(input integer position, input integer channel);  // the window
    begin
      best = -1000;
      sum = 0;
      inside = 0;
      for (r = 0; r < KERNEL_HEIGHT; r = r + 1)
        for (s = 0; s < KERNEL_WIDTH; s = s + 1) begin
          y = position % POSITIONS / OUT_WIDTH * STRIDE_Y + r - TOP;
          x = position % OUT_WIDTH * STRIDE_X + s - LEFT;
          if (y >= 0 && y < HEIGHT && x >= 0 && x < WIDTH) begin
            raw = picture[position/POSITIONS*IN_BEATS+(y*WIDTH+x)*GROUPS
                +channel/LANES] >> channel % LANES * 8;
            value = raw;
            if (IN_SIGNED != 0 && raw[7]) value = value - 256;
            if (value > best) best = value;
            sum = sum + value - IN_ZERO;
            inside = inside + 1;
          end
        end
      if (AVERAGE != 0) begin
        if (COMMON > 0) begin
          check(COMMON % inside == 0 && inside >= FEWEST);
          sum = sum * (COMMON / inside);
        end
        sum = (sum + (1 << SHIFT - 1)) >>> SHIFT;
        if (sum > 32767) sum = 32767;
        if (sum < -32768) sum = -32768;
        best = ((sum * FACTOR + 16384) >>> 15) + OUT_ZERO;
        if (best > OUT_HIGH) best = OUT_HIGH;
        if (best < OUT_LOW) best = OUT_LOW;
      end
    end
  endtask

  // Cycles from the first beat in, as in convolution_bench, for stages that
  // take one tap a cycle.
  integer start[0:ALL-1];
  integer n, beat, entered, holder, last_row, last_column, needed;
  function integer first_row(input integer position);  // of its window
    first_row = position / POSITIONS * HEIGHT
        + position % POSITIONS / OUT_WIDTH * STRIDE_Y - TOP;
  endfunction
  function integer least(input integer a, input integer b);
    least = a < b ? a : b;
  endfunction
  function integer most(input integer a, input integer b);
    most = a > b ? a : b;
  endfunction
  initial begin
    beat = 0;
    entered = -1;
    holder = 0;
    for (n = 0; n < ALL; n = n + 1) begin
      last_row = least(first_row(n) + KERNEL_HEIGHT,
                       (n / POSITIONS + 1) * HEIGHT) - 1;
      last_column = least(n % OUT_WIDTH * STRIDE_X - LEFT + KERNEL_WIDTH,
                          WIDTH) - 1;
      needed = (last_row * WIDTH + last_column + 1) * GROUPS;
      for (beat = beat; beat < needed; beat = beat + 1) begin
        while (first_row(holder) + LINES <= beat / GROUPS / WIDTH)
          holder = holder + 1;
        entered = entered + 1;
        if (holder > 0)
          entered = most(entered, start[holder-1] + TAPS * GROUPS);
      end
      start[n] = n == 0 ? entered + 1
          : most(start[n-1] + TAPS * GROUPS, entered + 1);
    end
  end
  localparam WHOLE = AVERAGE != 0 && KERNEL_HEIGHT == HEIGHT
      && KERNEL_WIDTH == WIDTH && TOP == 0 && LEFT == 0 && ALL == PICTURES;
  localparam FLOW = (TAPS - 1) * GROUPS + 1;  // beats to the last pixel's first
  localparam PERIOD = WHOLE ? (FLOW > LANES ? FLOW : LANES)
      + (GROUPS - 1) * LANES : GROUPS * (TAPS > LANES ? TAPS : LANES);

  integer first_cycle = -1, first_pixel = 0, due;
  always @(posedge clk) begin
    if (first_cycle < 0 && in_valid && in_ready) first_cycle = cycle;
    if (!reset && out_valid && out_ready) begin
      for (lane = 0; lane < LANES; lane = lane + 1)
        if (received % GROUPS * LANES + lane < CHANNELS) begin
          walk(received / GROUPS, received % GROUPS * LANES + lane);
          check(out_data[lane*8+:8] === best[7:0]);
        end
      if (STALL == 0 && !WHOLE && (AVERAGE == 0 || LANES <= TAPS)) begin
        due = start[received/GROUPS] + (received % GROUPS + 1) * TAPS + 1;
        if (AVERAGE != 0) due = due + LANES + (MULTIPLIER != 0 ? 8 : 5);
        check(cycle - first_cycle == due);
      end
      if (received == GROUPS - 1) first_pixel = cycle;
      if (received == ALL * GROUPS - 1) begin
        check(broken == 0);
        if (STALL == 0 && AVERAGE != 0 && (WHOLE || LANES >= 2 * TAPS))
          check(cycle - first_pixel == (ALL - 1) * PERIOD);
        finish;
      end
    end
  end
endmodule
