// array_max against its definition, with bubbles, either sign, beats outside
// the picture, and one address after another.
module array_max_bench;
  `include "bench.vh"
  localparam LANES = 3, ADDRESS = 8, TILES = 400;
  integer seed = SEED, lane, tiles = 0, done = 0, value;
  reg start = 0, is_signed = 0, in_valid = 0, in_first = 1, in_last = 0;
  reg in_inside = 0, seen = 0;
  reg [LANES*8-1:0] in_word;
  wire out_valid;
  wire [ADDRESS-1:0] out_address;
  wire [LANES*8-1:0] out_word;
  array_max #(.LANES(LANES), .ADDRESS(ADDRESS)) dut (
      .clk(clk), .reset(reset), .start(start), .first_address(8'd200),
      .is_signed(is_signed), .in_valid(in_valid), .in_first(in_first),
      .in_last(in_last), .in_inside(in_inside), .in_word(in_word),
      .out_valid(out_valid), .out_address(out_address), .out_word(out_word));
  initial begin
    @(negedge reset) start = 1;
    @(negedge clk) start = 0;
  end
  always @(negedge clk)
    if (!reset && !start) begin
      if (in_valid) in_first = in_last;
      if (in_valid && in_last) seen = 0;
      in_valid = $dist_uniform(seed, 0, 99) >= STALL && done < TILES;
      if (done == TILES / 2 && !is_signed) begin  // once all results are out
        in_valid = 0;
        is_signed = tiles == done;
      end
      in_inside = $dist_uniform(seed, 0, 2) > 0;
      in_last = $dist_uniform(seed, 0, 3) == 0 && (in_inside || seen);
      if (in_valid && in_inside) seen = 1;
      in_word = $random(seed);
    end
  integer best[0:LANES-1];
  reg [LANES*8-1:0] expected[0:TILES];
  always @(posedge clk)
    if (!reset && !start) begin
      if (out_valid) begin
        check(out_word === expected[tiles]);
        check(out_address === ((200 + tiles) & 8'hff));
        tiles = tiles + 1;
        if (tiles == TILES) finish;
      end
      if (in_valid) begin
        for (lane = 0; lane < LANES; lane = lane + 1) begin
          value = in_word[lane*8+:8];
          if (is_signed && value > 127) value = value - 256;
          if (in_first) best[lane] = -1000;
          if (in_inside && value > best[lane]) best[lane] = value;
          expected[done][lane*8+:8] = best[lane];
        end
        if (in_last) done = done + 1;
      end
    end
endmodule
