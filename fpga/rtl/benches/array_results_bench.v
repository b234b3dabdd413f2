// array_results: which sum becomes which byte or logit, where it goes, and
// when. The multiplier is 32767 and the shift 0, which give every accumulator
// of 15 bits back; requantise_bench has the arithmetic.
module array_results_bench;
  `include "bench.vh"
  parameter PES = 3;
  parameter MULTIPLIER = 1;
  localparam SUM = 20, WORD = 3, LANE = 2, ADDRESS = 10, FILTER = 5, DEPTH = 32;
  localparam TILES = 4, POSITIONS = 30, FIRST = 7, STEP = 5;
  localparam WIDE = 2 + WORD + LANE + 48;
  localparam LATENCY = MULTIPLIER != 0 ? 9 : 6;

  reg write_enable = 0, start = 0, is_logits = 0, in_valid = 0;
  reg [FILTER-1:0] write_address;
  reg [WIDE-1:0] entries[0:DEPTH-1];
  reg [PES*SUM-1:0] in_sums;
  wire byte_valid, logit_valid;
  wire [ADDRESS-1:0] address;
  wire [LANE-1:0] lane;
  wire [7:0] value;
  wire [WORD+LANE-1:0] channel;
  wire signed [SUM-1:0] logit;
  array_results #(
      .PES(PES), .SUM(SUM), .WORD(WORD), .LANE(LANE), .ADDRESS(ADDRESS),
      .FILTER(FILTER), .DEPTH(DEPTH), .MULTIPLIER(MULTIPLIER)) dut (
      .clk(clk), .reset(reset), .write_enable(write_enable),
      .write_address(write_address), .write_word(entries[write_address]),
      .start(start), .first_filter(FIRST[FILTER-1:0]), .out_address(10'd100),
      .out_step(STEP[9:0]), .shift(5'd0), .zero_point(9'sd3),
      .lowest(-9'sd128), .highest(9'sd127), .is_logits(is_logits),
      .in_valid(in_valid), .in_sums(in_sums), .byte_valid(byte_valid),
      .byte_address(address), .byte_lane(lane), .byte_value(value),
      .logit_valid(logit_valid), .logit_channel(channel), .logit(logit));

  integer seed = SEED, i, tile, position, pe, total;
  integer made = 0, bytes = 0, logits = 0, bias;
  reg living[0:DEPTH-1];
  integer expected[0:2*POSITIONS*TILES*PES-1], times[0:2*POSITIONS*TILES*PES-1];
  reg [ADDRESS-1:0] places[0:2*POSITIONS*TILES*PES-1];
  reg [WORD+LANE-1:0] at[0:2*POSITIONS*TILES*PES-1];
  reg signed [SUM-1:0] sum;
  task send_tile;
    begin
      in_valid = 1;
      for (pe = 0; pe < PES; pe = pe + 1) begin
        i = FIRST + tile * PES + pe;
        sum = $dist_uniform(seed, -300, 300);
        in_sums[pe*SUM+:SUM] = sum;
        bias = $signed(entries[i][31:0]);
        if (living[i]) begin
          total = sum + bias + (is_logits ? 0 : 3);
          if (!is_logits && total > 127) total = 127;
          if (!is_logits && total < -128) total = -128;
          expected[made] = total;
          at[made] = entries[i][WORD+LANE+47-:WORD+LANE];
          places[made] = 100 + position * STEP + entries[i][WORD+LANE+47-:WORD];
          times[made] = cycle + pe;
          made = made + 1;
        end
      end
      @(negedge clk) in_valid = 0;
      repeat (PES - 1) @(negedge clk);
      while ($dist_uniform(seed, 0, 99) < STALL) @(negedge clk);
    end
  endtask
  task send_step;
    begin
      @(negedge clk) start = 1;
      @(negedge clk) start = 0;
      for (position = 0; position < POSITIONS; position = position + 1)
        for (tile = 0; tile < TILES; tile = tile + 1) send_tile;
      repeat (20) @(negedge clk);
    end
  endtask
  initial begin
    @(negedge reset);
    for (i = 0; i < DEPTH; i = i + 1) begin
      living[i] = $dist_uniform(seed, 0, 3) > 0;
      bias = $dist_uniform(seed, -50, 50);
      entries[i] = {i == FIRST + TILES * PES - 1, living[i],
          i[WORD+LANE-1:0], 16'd32767, bias};
      @(negedge clk) write_enable = 1;
      write_address = i;
    end
    @(negedge clk) write_enable = 0;
    send_step;
    check(bytes == made);
    is_logits = 1;
    send_step;
    check(bytes + logits == made);
    finish;
  end
  always @(posedge clk)
    if (!reset) begin
      if (byte_valid) begin
        check(value === expected[bytes][7:0] && lane === at[bytes][LANE-1:0]);
        check(address === places[bytes]);
        check(cycle - times[bytes] == LATENCY);
        bytes = bytes + 1;
      end
      if (logit_valid) begin
        check(logit === expected[bytes+logits] && channel === at[bytes+logits]);
        check(cycle - times[bytes+logits] == 2);
        logits = logits + 1;
      end
    end
endmodule
