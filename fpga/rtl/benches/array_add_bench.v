// array_add against vectors of the project's own arithmetic (see
// make_vectors.cc): +vectors=FILE, from memory to memory, also in place. A
// layer of the file is a step; STALL makes pauses between steps.
module array_add_bench;
  `include "bench.vh"
  parameter VALUES = 1;
  parameter MULTIPLIER = 1;
  localparam LANES = 4, ADDRESS = 8, COUNT = 4000, LAYER = 100;
  localparam WORDS = LAYER / LANES, B = 60;
  localparam PERIOD = LANES / VALUES > 2 ? LANES / VALUES : 2;
  integer shift[0:COUNT-1], zero[0:COUNT-1], low[0:COUNT-1], high[0:COUNT-1];
  integer zero_a[0:COUNT-1], zero_b[0:COUNT-1];
  integer left[0:COUNT-1], right[0:COUNT-1];
  integer a[0:COUNT-1], b[0:COUNT-1], expected[0:COUNT-1];
  reg [8*200-1:0] name;
  integer file, i, read;

  reg start = 0, a_signed, b_signed;
  reg [ADDRESS-1:0] out_address;
  integer layer = 0;
  wire [31:0] at = layer * LAYER;
  wire ends, read_enable;
  wire [ADDRESS-1:0] read_address, write_address;
  wire [LANES-1:0] write_lanes;
  reg [LANES*8-1:0] words[0:255], read_word;
  wire [LANES*8-1:0] write_word;
  array_add #(
      .LANES(LANES), .VALUES(VALUES), .ADDRESS(ADDRESS),
      .MULTIPLIER(MULTIPLIER)) dut (
      .clk(clk), .reset(reset), .start(start), .a_address(8'd0),
      .b_address(B[7:0]), .out_address(out_address),
      .last_word(WORDS[7:0] - 8'd1), .a_signed(a_signed), .b_signed(b_signed),
      .a_zero_point(zero_a[at][8:0]), .b_zero_point(zero_b[at][8:0]),
      .a_multiplier(left[at][15:0]), .b_multiplier(right[at][15:0]),
      .shift(shift[at] > 16 ? 5'd16 : shift[at][4:0]),
      .zero_point(zero[at][8:0]), .lowest(low[at][8:0]),
      .highest(high[at][8:0]), .ends(ends), .read_enable(read_enable),
      .read_address(read_address), .read_word(read_word),
      .write_lanes(write_lanes), .write_address(write_address),
      .write_word(write_word));
  integer lane;
  always @(posedge clk) begin
    if (read_enable) read_word <= words[read_address];
    for (lane = 0; lane < LANES; lane = lane + 1)
      if (write_lanes[lane])
        words[write_address][lane*8+:8] <= write_word[lane*8+:8];
  end

  integer seed = SEED, started;
  task run_layer;
    begin
      a_signed = zero_a[at] < 0;
      b_signed = zero_b[at] < 0;
      for (i = 0; i < LAYER; i = i + 1) begin
        words[i/LANES][i%LANES*8+:8] = a[at+i];
        words[B+i/LANES][i%LANES*8+:8] = b[at+i];
        if (a[at+i] < 0) a_signed = 1;
        if (b[at+i] < 0) b_signed = 1;
      end
      out_address = layer % 3 == 0 ? 0 : layer % 3 == 1 ? B : 120;
      @(negedge clk) start = 1;
      @(negedge clk) start = 0;
      started = cycle;
      while (!ends) @(negedge clk);
      check(cycle - started == WORDS * PERIOD - 1);
      repeat (9) @(negedge clk);  // LANES / VALUES + 7 - PERIOD, and one
      for (i = 0; i < LAYER; i = i + 1)
        check(words[out_address+i/LANES][i%LANES*8+:8]
            === expected[at+i][7:0]);
      while ($dist_uniform(seed, 0, 99) < STALL) @(negedge clk);
    end
  endtask
  initial begin
    read = 0;
    if ($value$plusargs("vectors=%s", name)) begin
      file = $fopen(name, "r");
      for (i = 0; i < COUNT; i = i + 1)
        read = read + $fscanf(file, "%d %d %d %d %d %d %d %d %d %d %d",
            shift[i], zero[i], low[i], high[i], zero_a[i], zero_b[i],
            left[i], right[i], a[i], b[i], expected[i]);
    end
    if (read != 11 * COUNT) begin
      $display("FAIL: +vectors= needs a file of %0d lines", COUNT);
      $finish_and_return(1);
    end
    @(negedge reset);
    for (layer = 0; layer < COUNT / LAYER; layer = layer + 1) run_layer;
    finish;
  end
endmodule
