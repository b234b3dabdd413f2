// style_array against its definition: each sum is that of weight * activation
// over the words of a tile, whichever block and activation each word names,
// with random bubbles and stalls.
module style_bench;
  `include "bench.vh"
  parameter STYLE = 0;
  parameter WEIGHT_BITS = 2;
  parameter WINDOW = 4;
  parameter INDEX = 2;
  localparam PES = 2, LANES = 4, BITS = 9, SUM = 32, PLACE = 3, PLACES = 5;
  localparam SUMS = 300, MOST = 2000;

  reg in_valid = 0, in_last = 1, advance = 1;
  reg [PLACE-1:0] in_place = 0;
  reg [PES*LANES*WEIGHT_BITS-1:0] codes;
  reg [PES*LANES*INDEX-1:0] indices;
  wire [PLACE-1:0] out_place;
  reg [WINDOW*BITS-1:0] memory[0:(1<<PLACE)-1], values;
  wire out_valid;
  wire [PES*SUM-1:0] out_sums;
  style_array #(.STYLE(STYLE), .PES(PES), .LANES(LANES), .WINDOW(WINDOW),
                .WEIGHT_BITS(WEIGHT_BITS), .PLACE(PLACE), .PLACES(PLACES),
                .INDEX(INDEX)) dut (
      .clk(clk), .reset(reset), .advance(advance), .in_valid(in_valid),
      .in_last(in_last), .in_place(in_place), .in_codes(codes),
      .in_indices(indices), .out_place(out_place), .in_values(values),
      .out_valid(out_valid), .out_sums(out_sums));
  always @(posedge clk) if (advance) values <= memory[out_place];

  integer seed = SEED, i, j, pe, lane, pick, word = 0, entered = 0, left = 0;
  initial
    for (i = 0; i < (1 << PLACE); i = i + 1)
      for (j = 0; j < WINDOW; j = j + 1)
        memory[i][j*BITS+:BITS] = $random(seed);

  integer total[0:PES-1];
  reg [PES*SUM-1:0] expected[0:MOST-1];
  reg signed [BITS-1:0] value;
  reg signed [7:0] weight;
  reg first = 1, last;
  task add_up;  // the word that is taken now
    begin
      last = STYLE == 1 ? in_last : word == PLACES - 1;
      for (pe = 0; pe < PES; pe = pe + 1) begin
        if (first) total[pe] = 0;
        for (lane = 0; lane < LANES; lane = lane + 1) begin
          j = pe * LANES + lane;
          pick = STYLE == 2 ? indices[j*INDEX+:INDEX] : lane;
          value = memory[STYLE == 1 ? in_place : word][pick*BITS+:BITS];
          if (WEIGHT_BITS == 8) weight = codes[j*WEIGHT_BITS+:8];
          else weight = !codes[2*j] ? 0 : codes[2*j+1] ? -1 : 1;
          total[pe] = total[pe] + weight * value;
        end
        expected[entered][pe*SUM+:SUM] = total[pe];
      end
      if (last) entered = entered + 1;
      word = last ? 0 : word + 1;
      first = last;
    end
  endtask

  reg taken = 0;
  always @(negedge clk)
    if (!reset) begin
      advance = $dist_uniform(seed, 0, 99) >= STALL;
      if (!in_valid || taken) begin
        in_valid = $dist_uniform(seed, 0, 99) >= STALL;
        in_last = $dist_uniform(seed, 0, 3) == 0;
        in_place = $random(seed);
        for (i = 0; i < PES * LANES; i = i + 1) begin
          codes[i*WEIGHT_BITS+:WEIGHT_BITS] = $random(seed);
          indices[i*INDEX+:INDEX] = $random(seed);
        end
      end
      taken = 0;
    end
  always @(posedge clk)
    if (!reset && advance) begin
      if (out_valid) begin
        check(left < entered && out_sums === expected[left]);
        left = left + 1;
        if (left == SUMS) finish;
      end
      if (in_valid) begin
        taken = 1;
        add_up;
      end
    end
endmodule
