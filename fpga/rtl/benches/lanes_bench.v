// lanes_stage: each channel of each pixel leaves in its place, and at the rate
// that is promised.
module lanes_bench;
  `include "bench.vh"
  parameter CHANNELS = 6;
  parameter IN_LANES = 4;
  parameter OUT_LANES = 2;
  parameter PIECE = 0;  // lanes in between where there is no full rate
  localparam PIXELS = 300;
  localparam IN_BEATS = (CHANNELS + IN_LANES - 1) / IN_LANES;
  localparam OUT_BEATS = (CHANNELS + OUT_LANES - 1) / OUT_LANES;
  localparam PIECES = PIECE != 0 ? (CHANNELS + PIECE - 1) / PIECE : 0;
  localparam SIDES = IN_BEATS > OUT_BEATS ? IN_BEATS : OUT_BEATS;
  localparam PERIOD = PIECES > SIDES ? PIECES : SIDES;
  localparam [31:0] COUNT = PIXELS * IN_BEATS;
  reg [7:0] values[0:PIXELS*CHANNELS-1];
  integer i, at, seed = SEED, first_cycle = 0;
  initial for (i = 0; i < PIXELS * CHANNELS; i = i + 1) values[i] = $random(seed);

  wire in_valid, in_ready, out_valid, out_ready;
  wire [31:0] sent, received, broken;
  wire [OUT_LANES*8-1:0] out_data;
  reg [IN_LANES*8-1:0] in_data;
  always @* begin
    in_data = 0;
    for (i = 0; i < IN_LANES; i = i + 1)
      if (sent % IN_BEATS * IN_LANES + i < CHANNELS)
        in_data[i*8+:8] =
            values[sent/IN_BEATS*CHANNELS+sent%IN_BEATS*IN_LANES+i];
  end
  stream_source #(.STALL(STALL), .SEED(SEED)) source (
      .clk(clk), .reset(reset), .count(COUNT),
      .valid(in_valid), .ready(in_ready), .index(sent));
  lanes_stage #(
      .CHANNELS(CHANNELS), .IN_LANES(IN_LANES), .OUT_LANES(OUT_LANES)) dut (
      .clk(clk), .reset(reset),
      .in_valid(in_valid), .in_ready(in_ready), .in_data(in_data),
      .out_valid(out_valid), .out_ready(out_ready), .out_data(out_data));
  stream_sink #(.WIDTH(OUT_LANES * 8), .STALL(STALL), .SEED(SEED)) sink (
      .clk(clk), .reset(reset), .valid(out_valid), .data(out_data),
      .ready(out_ready), .index(received), .broken(broken));

  integer lane, channel;
  always @(posedge clk)
    if (!reset && out_valid && out_ready) begin
      for (lane = 0; lane < OUT_LANES; lane = lane + 1) begin
        channel = received % OUT_BEATS * OUT_LANES + lane;
        if (channel < CHANNELS)
          check(out_data[lane*8+:8]
              === values[received/OUT_BEATS*CHANNELS+channel]);
      end
      if (received == OUT_BEATS - 1) first_cycle = cycle;
      if (received == PIXELS * OUT_BEATS - 1) begin
        check(broken == 0);
        if (STALL == 0)
          check(cycle - first_cycle == (PIXELS - 1) * PERIOD);
        finish;
      end
    end
endmodule
