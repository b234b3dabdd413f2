// array_input against its definition: which byte, or padding, is stored where;
// and the cycles of a picture.
module array_input_bench;
  `include "bench.vh"
  parameter CHANNELS = 3;
  parameter LANES = 4;
  parameter LEFT = 1;
  parameter RIGHT = 1;
  parameter COPIES = 3;
  localparam WIDTH = 5, HEIGHT = 4, PICTURES = 5, ADDRESS = 10, BASE = 37;
  localparam CHANNEL = 3, LANE = 3;
  localparam ROW = LEFT + WIDTH + RIGHT, OUT_ROW = ROW - COPIES + 1;
  localparam WORDS = (COPIES * CHANNELS + LANES - 1) / LANES;
  localparam [31:0] COUNT = PICTURES * HEIGHT * WIDTH, BYTES = CHANNELS * 8;

  reg [BYTES-1:0] pixels[0:COUNT-1];
  integer seed = SEED, i, k;
  initial
    for (i = 0; i < COUNT; i = i + 1)
      for (k = 0; k < CHANNELS; k = k + 1) pixels[i][k*8+:8] = $random(seed);

  reg start = 0;
  wire ends, in_valid, in_ready, out_valid, padding;
  wire [31:0] sent;
  wire [ADDRESS-1:0] place;
  wire [LANE-1:0] lane;
  wire [CHANNEL-1:0] channel;
  wire [7:0] value;
  stream_source #(.STALL(STALL), .SEED(SEED)) source (
      .clk(clk), .reset(reset), .count(COUNT), .valid(in_valid),
      .ready(in_ready), .index(sent));
  array_input #(
      .CHANNELS(CHANNELS), .WIDTH(WIDTH), .LEFT(LEFT), .RIGHT(RIGHT),
      .COPIES(COPIES), .LANES(LANES), .ADDRESS(ADDRESS), .CHANNEL(CHANNEL),
      .LANE(LANE)) dut (
      .clk(clk), .reset(reset), .start(start), .out_address(BASE[9:0]),
      .last_row(10'd3), .ends(ends), .in_valid(in_valid), .in_ready(in_ready),
      .in_data(pixels[sent]), .out_valid(out_valid), .out_padding(padding),
      .out_place(place), .out_lane(lane), .out_channel(channel),
      .out_byte(value));

  // What was stored: {padding, channel, byte} by place and lane.
  reg [CHANNEL+8:0] stored[0:HEIGHT*OUT_ROW*WORDS*LANES-1];
  integer stores = 0;
  always @(posedge clk)
    if (!reset && out_valid) begin
      stored[(place - BASE) * LANES + lane] = {padding, channel, value};
      stores = stores + 1;
    end

  integer picture, started, y, x, s, c, at, from;
  task check_picture;
    for (y = 0; y < HEIGHT; y = y + 1)
      for (x = 0; x < OUT_ROW; x = x + 1)
        for (s = 0; s < COPIES; s = s + 1)
          for (c = 0; c < CHANNELS; c = c + 1) begin
            at = (y * OUT_ROW + x) * WORDS * LANES + s * CHANNELS + c;
            from = x + s - LEFT;
            if (from < 0 || from >= WIDTH)
              check(stored[at][CHANNEL+8] === 1'b1);
            else
              check(stored[at] === {1'b0, c[CHANNEL-1:0],
                  pixels[(picture*HEIGHT+y)*WIDTH+from][c*8+:8]});
          end
  endtask
  initial begin
    @(negedge reset);
    for (picture = 0; picture < PICTURES; picture = picture + 1) begin
      while (!in_valid) @(negedge clk);
      stores = 0;
      start = 1;
      @(negedge clk) start = 0;
      started = cycle;
      while (!ends) @(negedge clk);
      if (STALL == 0)
        check(cycle - started == HEIGHT * ROW * COPIES * CHANNELS);
      @(negedge clk);
      check(stores == HEIGHT * OUT_ROW * COPIES * CHANNELS);
      check_picture;
      while ($dist_uniform(seed, 0, 99) < STALL) @(negedge clk);
    end
    check(sent == COUNT);
    finish;
  end
endmodule
