// array_results: which sum becomes which byte or logit, where it goes, and
// when. The multiplier is 32767 and the shift 0, which give every accumulator
// of 15 bits back; requantise_bench has the arithmetic.
module array_results_bench;
  `include "bench.vh"
  parameter PES = 4;
  parameter REQUANTISERS = 2;
  parameter MULTIPLIER = 1;
  localparam SUM = 20, WORD = 3, LANE = 2, ADDRESS = 10, FILTER = 5, DEPTH = 32;
  localparam TILES = 4, POSITIONS = 30, FIRST = 7, STEP = 5;
  localparam FIELD = LANE + 49, WIDE = 1 + WORD + REQUANTISERS * FIELD;
  localparam SLOTS = PES / REQUANTISERS, MOST = 2 * POSITIONS * TILES * PES;
  localparam LATENCY = MULTIPLIER != 0 ? 9 : 6;

  reg write_enable = 0, start = 0, is_logits = 0, in_valid = 0;
  reg [FILTER-1:0] write_address;
  reg [WIDE-1:0] entries[0:DEPTH-1];
  reg [PES*SUM-1:0] in_sums;
  wire logit_valid;
  wire [REQUANTISERS-1:0] byte_valid;
  wire [ADDRESS-1:0] address;
  wire [REQUANTISERS*LANE-1:0] lanes;
  wire [REQUANTISERS*8-1:0] values;
  wire [WORD+LANE-1:0] channel;
  wire signed [SUM-1:0] logit;
  array_results #(
      .PES(PES), .REQUANTISERS(REQUANTISERS), .SUM(SUM), .WORD(WORD), .LANE(LANE), .ADDRESS(ADDRESS),
      .FILTER(FILTER), .DEPTH(DEPTH), .MULTIPLIER(MULTIPLIER)) dut (
      .clk(clk), .reset(reset), .write_enable(write_enable),
      .write_address(write_address), .write_word(entries[write_address]),
      .start(start), .first_filter(FIRST[FILTER-1:0]), .out_address(10'd100),
      .out_step(STEP[9:0]), .shift(5'd0), .zero_point(9'sd3),
      .lowest(-9'sd128), .highest(9'sd127), .is_logits(is_logits),
      .in_valid(in_valid), .in_sums(in_sums), .byte_valid(byte_valid),
      .byte_address(address), .byte_lanes(lanes), .byte_values(values),
      .logit_valid(logit_valid), .logit_channel(channel), .logit(logit));

  integer seed = SEED, i, r, tile, position, slot, total, entry;
  integer made = 0, bytes = 0, logits = 0, bias;
  reg [FIELD-1:0] field;
  integer expected[0:MOST-1], times[0:MOST-1];
  reg [ADDRESS-1:0] places[0:MOST-1];
  reg [WORD-1:0] words[0:MOST-1];
  reg [LANE-1:0] at[0:MOST-1];
  reg signed [SUM-1:0] sum;
  task send_tile;
    begin
      in_valid = 1;
      for (slot = 0; slot < SLOTS; slot = slot + 1)
        for (r = 0; r < REQUANTISERS; r = r + 1) begin
          entry = FIRST + tile * SLOTS + slot;
          field = entries[entry][r*FIELD+:FIELD];
          sum = $dist_uniform(seed, -300, 300);
          in_sums[(slot*REQUANTISERS+r)*SUM+:SUM] = sum;
          bias = field[31:0];
          // Logits are those of requantiser 0.
          if (field[FIELD-1] && !(is_logits && r > 0)) begin
            total = sum + bias + (is_logits ? 0 : 3);
            if (!is_logits && total > 127) total = 127;
            if (!is_logits && total < -128) total = -128;
            expected[made] = total;
            at[made] = field[FIELD-2-:LANE];
            words[made] = entries[entry][WIDE-2-:WORD];
            places[made] = 100 + position * STEP + words[made];
            times[made] = cycle + slot;
            made = made + 1;
          end
        end
      @(negedge clk) in_valid = 0;
      repeat (SLOTS - 1) @(negedge clk);
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
      entries[i][WIDE-1] = i == FIRST + TILES * SLOTS - 1;
      entries[i][WIDE-2-:WORD] = i;
      for (r = 0; r < REQUANTISERS; r = r + 1) begin
        bias = $dist_uniform(seed, -50, 50);
        field = {$dist_uniform(seed, 0, 3) > 0, r[LANE-1:0], 16'd32767, bias};
        entries[i][r*FIELD+:FIELD] = field;
      end
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
  integer k;
  always @(posedge clk)
    if (!reset) begin
      for (k = 0; k < REQUANTISERS; k = k + 1)
        if (byte_valid[k]) begin
          check(values[k*8+:8] === expected[bytes][7:0]);
          check(lanes[k*LANE+:LANE] === at[bytes]);
          check(address === places[bytes]);
          check(cycle - times[bytes] == LATENCY);
          bytes = bytes + 1;
        end
      if (logit_valid) begin
        check(logit === expected[bytes+logits]);
        check(channel === {words[bytes+logits], at[bytes+logits]});
        check(cycle - times[bytes+logits] == 2);
        logits = logits + 1;
      end
    end
endmodule
