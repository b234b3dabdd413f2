// array_pes against its definition, with bubbles between beats, the most
// negative values included, and the latency it promises.
module array_pes_bench;
  `include "bench.vh"
  parameter PES = 3;
  parameter LANES = 5;
  parameter TERMS = 1;
  localparam BITS = 9, SUM = 26, TERM = 3, TILES = 300;
  function integer ceil_log2(input integer value);
    for (ceil_log2 = 0; (1 << ceil_log2) < value; ceil_log2 = ceil_log2 + 1);
  endfunction
  localparam LATENCY = ceil_log2(LANES) + TERMS + 1;

  reg in_valid = 0, in_first = 1, in_last = 0;
  reg [TERM-1:0] in_shift;
  reg [LANES*BITS-1:0] in_values;
  reg [PES*LANES*2-1:0] in_codes;
  wire out_valid;
  wire [PES*SUM-1:0] out_sums;
  array_pes #(
      .PES(PES), .LANES(LANES), .BITS(BITS), .SUM(SUM), .TERM(TERM),
      .TERMS(TERMS)) dut (
      .clk(clk), .reset(reset), .in_valid(in_valid), .in_first(in_first),
      .in_last(in_last), .in_shift(in_shift), .in_values(in_values),
      .in_codes(in_codes), .out_valid(out_valid), .out_sums(out_sums));

  integer seed = SEED, i, pe, lane;
  always @(negedge clk)
    if (!reset) begin
      if (in_valid) in_first = in_last;
      in_valid = $dist_uniform(seed, 0, 99) >= STALL;
      in_last = $dist_uniform(seed, 0, 3) == 0;
      in_shift = TERMS != 0 ? $random(seed) : 0;
      for (i = 0; i < LANES; i = i + 1)
        in_values[i*BITS+:BITS] = $dist_uniform(seed, 0, 7) == 0
            ? 9'h100 : $random(seed);
      for (i = 0; i < PES * LANES * 2; i = i + 1) in_codes[i] = $random(seed);
    end

  integer sums[0:PES-1], expected[0:TILES*PES-1], made[0:TILES-1];
  integer begun = 0, tiles = 0, total;
  reg signed [BITS-1:0] value;
  always @(posedge clk) begin
    if (!reset && in_valid && begun < TILES) begin
      for (pe = 0; pe < PES; pe = pe + 1) begin
        total = in_first ? 0 : sums[pe];
        for (lane = 0; lane < LANES; lane = lane + 1) begin
          value = in_values[lane*BITS+:BITS];
          if (in_codes[(pe*LANES+lane)*2])
            total = total + (in_codes[(pe*LANES+lane)*2+1] ? -value : value)
                * (1 << (TERMS != 0 ? in_shift : 0));
        end
        sums[pe] = total;
        if (in_last) expected[begun*PES+pe] = total;
      end
      if (in_last) begin
        made[begun] = cycle;
        begun = begun + 1;
      end
    end
    if (!reset && out_valid) begin
      for (pe = 0; pe < PES; pe = pe + 1)
        check(out_sums[pe*SUM+:SUM] === expected[tiles*PES+pe][SUM-1:0]);
      check(cycle - made[tiles] == LATENCY);
      tiles = tiles + 1;
      if (tiles == TILES) finish;
    end
  end
endmodule
