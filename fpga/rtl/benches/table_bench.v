// table_stage: the tables that the configuration bus brought,
// also those that replace others, or that files hold.
module table_bench;
  `include "bench.vh"
  parameter OWN = 0;
  parameter CONTENTS = "";
  localparam LANES = 3, COUNT = 1000, STAGE = 9;
  reg [7:0] tables[0:LANES*256-1];
  reg [LANES*8-1:0] beats[0:COUNT-1];
  integer i, lane, seed = SEED;
  reg config_valid = 0, config_select = 0, loaded = 0;
  reg [31:0] config_data;
  task send(input select, input [31:0] data);
    begin
      @(negedge clk) config_valid = 1;
      config_select = select;
      config_data = data;
      @(negedge clk) config_valid = 0;
    end
  endtask
  reg [8*200-1:0] folder, name;
  initial begin
    for (i = 0; i < LANES * 256; i = i + 1)
      tables[i] = OWN != 0 || i < 256 ? $random(seed) : tables[i-256];
    for (i = 0; i < COUNT; i = i + 1) beats[i] = $random(seed);
    if ($value$plusargs("dump=%s", folder)) begin
      for (lane = 0; lane < LANES; lane = lane + 1) begin
        $sformat(name, "%0stable_%0d%0d.mem", folder, lane / 10, lane % 10);
        $writememh(name, tables, lane * 256, lane * 256 + 255);
      end
      $display("PASS: written");
      $finish_and_return(0);
    end
    if (CONTENTS == "")
      for (lane = 0; lane < (OWN != 0 ? LANES : 1); lane = lane + 1) begin
        send(1, {8'd9, lane[7:0], 16'd0});
        for (i = 0; i < 256; i = i + 1) send(0, 32'hffffff00 ^ i);
        send(1, {8'd9, lane[7:0], 16'd0});  // again
        for (i = 0; i < 256; i = i + 1) send(0, tables[lane*256+i]);
        send(1, {8'd8, lane[7:0], 16'd0});  // for another stage
        send(0, 32'd0);
        send(1, {8'd9, 8'd200, 16'd0});  // for a memory that is not there
        send(0, 32'd0);
      end
    loaded = 1;
  end

  wire in_valid, in_ready, out_valid, out_ready;
  wire [31:0] sent, received, broken;
  wire [LANES*8-1:0] out_data;
  stream_source #(.STALL(STALL), .SEED(SEED)) source (
      .clk(clk), .reset(reset || !loaded), .count(COUNT),
      .valid(in_valid), .ready(in_ready), .index(sent));
  table_stage #(
      .LANES(LANES), .OWN(OWN), .STAGE(STAGE), .CONTENTS(CONTENTS)) dut (
      .clk(clk), .reset(reset), .config_valid(config_valid),
      .config_select(config_select), .config_data(config_data),
      .in_valid(in_valid), .in_ready(in_ready), .in_data(beats[sent]),
      .out_valid(out_valid), .out_ready(out_ready), .out_data(out_data));
  stream_sink #(.WIDTH(LANES * 8), .STALL(STALL), .SEED(SEED)) sink (
      .clk(clk), .reset(reset), .valid(out_valid), .data(out_data),
      .ready(out_ready), .index(received), .broken(broken));

  integer first_cycle = 0;
  always @(posedge clk) begin
    if (in_valid && in_ready && sent == 0 && !reset) first_cycle = cycle;
    if (!reset && out_valid && out_ready) begin
      for (lane = 0; lane < LANES; lane = lane + 1)
        check(out_data[lane*8+:8]
            === tables[lane*256+beats[received][lane*8+:8]]);
      if (received == COUNT - 1) begin
        check(broken == 0);
        if (STALL == 0) check(cycle - first_cycle == COUNT);
        finish;
      end
    end
  end
endmodule
