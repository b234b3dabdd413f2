// ternary_array, and with it group_reader and group_memory: random matrices of
// which a share of the groups is dead, against the product with all groups.
// Holds the cycles of a position against their closed form.
module array_bench;
  `include "bench.vh"
  parameter DEAD = 50;  // per cent of the groups
  parameter PES = 4;
  parameter LANES = 4;
  localparam GROUPS = 11, PLACE = 4, TILES = 9, BITS = 9, SUM = 32;
  localparam POSITIONS = 30, ADDRESS = 7, DEPTH = 128;
  localparam CODES = PES * LANES * 2;
  localparam [31:0] BEATS = POSITIONS * GROUPS;

  reg [CODES-1:0] codes[0:TILES*GROUPS-1];  // all groups, the dead ones zero
  reg [LANES*BITS-1:0] values[0:POSITIONS*GROUPS-1];
  integer seed = SEED, words = 0, tile, group, i;
  reg alive;
  reg write_enable = 0, loaded = 0;
  reg [ADDRESS-1:0] write_address;
  reg [PLACE+CODES:0] stored[0:DEPTH-1];

  // Packs: living groups only, one empty word for a tile without any.
  integer of_tile;
  task pack;
    for (tile = 0; tile < TILES; tile = tile + 1) begin
      of_tile = 0;
      for (group = 0; group < GROUPS; group = group + 1) begin
        alive = tile != 3 && $dist_uniform(seed, 0, 99) >= DEAD;
        for (i = 0; i < CODES; i = i + 1)
          codes[tile*GROUPS+group][i] = alive && $random(seed);
        if (alive) begin
          stored[words] = {1'b0, group[PLACE-1:0], codes[tile*GROUPS+group]};
          words = words + 1;
          of_tile = of_tile + 1;
        end
      end
      if (of_tile == 0) begin
        stored[words] = 0;
        words = words + 1;
      end
      stored[words-1][PLACE+CODES] = 1;
    end
  endtask
  initial begin
    for (i = 0; i < POSITIONS * GROUPS * LANES; i = i + 1)
      values[i/LANES][i%LANES*BITS+:BITS] = $random(seed);
    pack;
    @(negedge reset);
    for (i = 0; i < words; i = i + 1) begin
      @(negedge clk) write_enable = 1;
      write_address = i;
    end
    @(negedge clk) write_enable = 0;
    loaded = 1;
  end

  wire in_valid, in_ready, out_valid, out_ready, out_last;
  wire [31:0] sent, received, broken;
  wire [PES*SUM-1:0] sums;
  stream_source #(.STALL(STALL), .SEED(SEED)) source (
      .clk(clk), .reset(!loaded), .count(BEATS),
      .valid(in_valid), .ready(in_ready), .index(sent));
  ternary_array #(
      .PES(PES), .LANES(LANES), .BITS(BITS), .GROUPS(GROUPS), .PLACE(PLACE),
      .ADDRESS(ADDRESS), .DEPTH(DEPTH)) dut (
      .clk(clk), .reset(reset), .write_enable(write_enable),
      .write_address(write_address), .write_word(stored[write_address]),
      .last_address(words[ADDRESS-1:0] - 1'b1),
      .in_valid(in_valid), .in_ready(in_ready), .in_values(values[sent]),
      .out_valid(out_valid), .out_ready(out_ready), .out_last(out_last),
      .out_sums(sums));
  stream_sink #(.WIDTH(PES * SUM + 1), .STALL(STALL), .SEED(SEED)) sink (
      .clk(clk), .reset(reset), .valid(out_valid), .data({out_last, sums}),
      .ready(out_ready), .index(received), .broken(broken));

  integer pe, lane, expected, first_cycle = 0, full_cycle = 0;
  reg signed [BITS-1:0] value;
  reg [1:0] code;
  task multiply(input integer position, input integer of);
    begin
      expected = 0;
      for (group = 0; group < GROUPS; group = group + 1)
        for (lane = 0; lane < LANES; lane = lane + 1) begin
          value = values[position*GROUPS+group][lane*BITS+:BITS];
          code = codes[of*GROUPS+group][(pe*LANES+lane)*2+:2];
          if (code[0]) expected = expected + (code[1] ? -value : value);
        end
    end
  endtask
  always @(posedge clk) begin
    if (in_valid && in_ready && sent == GROUPS - 1) full_cycle = cycle;
    if (!reset && out_valid && out_ready) begin
      for (pe = 0; pe < PES; pe = pe + 1) begin
        multiply(received / TILES, received % TILES);
        check(sums[pe*SUM+:SUM] === expected);
      end
      check(out_last === (received % TILES == TILES - 1));
      if (received == TILES - 1) first_cycle = cycle;
      if (received == POSITIONS * TILES - 1) begin
        check(broken == 0);
        if (STALL == 0) begin  // all words of a position, and the latency
          check(first_cycle - full_cycle == words + 2 + 3);
          check(cycle - first_cycle
              == (POSITIONS - 1) * (words > GROUPS ? words : GROUPS));
        end
        finish;
      end
    end
  end
endmodule
