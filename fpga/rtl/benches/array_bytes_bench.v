// array_bytes into array_memory: bytes of the picture and of convolutions, with
// tables and without, padding, and what a read sees.
module array_bytes_bench;
  `include "bench.vh"
  localparam LANES = 3, LANE = 2, ADDRESS = 4, TABLE = 2, TABLES = 3;
  localparam STORES = 2000, DEPTH = 16;
  reg write_enable = 0;
  reg [TABLE+7:0] write_address;
  reg [7:0] tables[0:TABLES*256-1];
  reg has_table = 0, picture_valid = 0, padding = 0, result_valid = 0;
  reg [TABLE-1:0] index, channel;
  reg [ADDRESS-1:0] address, read_address = 0;
  reg [LANE-1:0] lane;
  reg [7:0] value, zero;
  wire out_valid;
  wire [LANES-1:0] out_lanes;
  wire [ADDRESS-1:0] out_address;
  wire [7:0] out_byte;
  wire [LANES*8-1:0] read_word;
  array_bytes #(
      .LANES(LANES), .LANE(LANE), .ADDRESS(ADDRESS), .TABLE(TABLE),
      .TABLES(TABLES)) dut (
      .clk(clk), .reset(reset), .write_enable(write_enable),
      .write_address(write_address), .write_word(tables[write_address]),
      .has_table(has_table), .table_index(index), .zero_point(zero),
      .picture_valid(picture_valid), .picture_padding(padding),
      .picture_address(address), .picture_lane(lane),
      .picture_channel(channel), .picture_byte(value),
      .result_valid(result_valid), .result_address(address),
      .result_lane(lane), .result_byte(value), .out_valid(out_valid),
      .out_lanes(out_lanes), .out_address(out_address), .out_byte(out_byte));
  array_memory #(.LANES(LANES), .ADDRESS(ADDRESS), .DEPTH(DEPTH)) memory (
      .clk(clk), .write_lanes(out_lanes), .write_address(out_address),
      .write_word({LANES{out_byte}}), .read_enable(1'b1),
      .read_address(read_address), .read_word(read_word));

  integer seed = SEED, i, k;
  reg [7:0] stored[0:DEPTH*LANES-1];
  reg known[0:DEPTH*LANES-1];
  initial begin
    for (i = 0; i < DEPTH * LANES; i = i + 1) known[i] = 0;
    @(negedge reset);
    for (i = 0; i < TABLES * 256; i = i + 1) begin
      tables[i] = $random(seed);
      @(negedge clk) write_enable = 1;
      write_address = i;
    end
    @(negedge clk) write_enable = 0;
    for (i = 0; i < STORES; i = i + 1) begin
      picture_valid = $random(seed);
      result_valid = !picture_valid && $dist_uniform(seed, 0, 99) >= STALL;
      padding = $random(seed);
      has_table = $random(seed);
      index = $dist_uniform(seed, 0, TABLES - 1);
      channel = $dist_uniform(seed, 0, TABLES - 1);
      address = $random(seed);
      lane = $dist_uniform(seed, 0, LANES - 1);
      value = $random(seed);
      zero = $random(seed);
      if (picture_valid || result_valid) begin
        known[address*LANES+lane] = 1;
        stored[address*LANES+lane] =
            picture_valid ? padding ? zero : tables[{channel, value}]
            : has_table ? tables[{index, value}] : value;
      end
      @(negedge clk);
      {picture_valid, result_valid} = 2'b0;
      read_address = $random(seed);
      @(negedge clk);
      @(negedge clk);
      for (k = 0; k < LANES; k = k + 1)
        if (known[read_address*LANES+k])
          check(read_word[k*8+:8] === stored[read_address*LANES+k]);
    end
    finish;
  end
endmodule
