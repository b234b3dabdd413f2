// control: registers, counters and configuration bus, driven as an AXI4-Lite
// master does, with stalls on all channels.
module control_bench;
  `include "bench.vh"
  localparam [31:0] IDENTITY = 32'h12345678;
  localparam IN_BEATS = 5, OUT_BEATS = 3;
  integer seed = SEED;
  reg [7:0] awaddr, araddr;
  reg [31:0] wdata;
  reg awvalid = 0, wvalid = 0, bready = 0, arvalid = 0, rready = 0;
  reg in_beat = 0, out_beat = 0;
  wire awready, wready, bvalid, arready, rvalid;
  wire [1:0] bresp, rresp;
  wire [31:0] rdata, config_data;
  wire stage_reset, config_valid, config_select;
  control #(
      .IDENTITY(IDENTITY), .IN_BEATS(IN_BEATS), .OUT_BEATS(OUT_BEATS)) dut (
      .clk(clk), .reset(reset), .s_axil_awaddr(awaddr),
      .s_axil_awvalid(awvalid), .s_axil_awready(awready),
      .s_axil_wdata(wdata), .s_axil_wstrb(4'hf), .s_axil_wvalid(wvalid),
      .s_axil_wready(wready), .s_axil_bresp(bresp), .s_axil_bvalid(bvalid),
      .s_axil_bready(bready), .s_axil_araddr(araddr),
      .s_axil_arvalid(arvalid), .s_axil_arready(arready),
      .s_axil_rdata(rdata), .s_axil_rresp(rresp), .s_axil_rvalid(rvalid),
      .s_axil_rready(rready), .in_beat(in_beat), .out_beat(out_beat),
      .stage_reset(stage_reset), .config_valid(config_valid),
      .config_select(config_select), .config_data(config_data));

  task pause;
    while ($dist_uniform(seed, 0, 99) < STALL) @(negedge clk);
  endtask
  // Signals change at the falling edge; a handshake is seen at the rising one.
  reg address_done, data_done;
  task write(input [7:0] address, input [31:0] data);
    begin
      @(negedge clk) pause;
      {address_done, data_done} = 0;
      awaddr = address;
      wdata = data;
      awvalid = $random(seed);  // address or data first, or both at once
      wvalid = !awvalid || $random(seed);
      while (!address_done || !data_done) begin
        @(posedge clk) begin
          if (awvalid && awready) address_done = 1;
          if (wvalid && wready) data_done = 1;
        end
        @(negedge clk) begin
          awvalid = !address_done;
          wvalid = !data_done;
        end
      end
      pause;
      bready = 1;
      @(posedge clk) while (!bvalid) @(posedge clk);
      check(bresp === 2'b00);
      @(negedge clk) bready = 0;
    end
  endtask
  reg [31:0] answer;
  task read(input [7:0] address, input [31:0] expected);
    begin
      @(negedge clk) pause;
      araddr = address;
      arvalid = 1;
      @(posedge clk) while (!arready) @(posedge clk);
      @(negedge clk) arvalid = 0;
      pause;
      rready = 1;
      @(posedge clk) while (!rvalid) @(posedge clk);
      answer = rdata;
      check(answer === expected && rresp === 2'b00);
      @(negedge clk) rready = 0;
    end
  endtask
  integer beat, first_beat, last_beat;
  task beats(input integer in, input integer out);
    begin
      for (beat = 0; beat < in + out; beat = beat + 1) begin
        @(negedge clk) in_beat = beat < in;
        out_beat = beat >= in;
        if (beat == 0) first_beat = cycle;
        last_beat = cycle;
        @(negedge clk) {in_beat, out_beat} = 0;
        pause;
      end
    end
  endtask

  integer written = 0;
  reg [32:0] expected[0:63];
  always @(posedge clk)
    if (config_valid) begin
      check({config_select, config_data} === expected[written]);
      written = written + 1;
    end
  integer i;
  initial begin
    for (i = 0; i < 64; i = i + 1)
      expected[i] = {i % 5 == 0, $random(seed)};
    @(negedge reset) check(stage_reset === 1'b1);
    repeat (2) @(negedge clk);
    check(stage_reset === 1'b0);
    read(8'h00, IDENTITY);
    read(8'h04, 0);
    read(8'h3c, 0);
    write(8'h04, 1);
    repeat (2) @(negedge clk);
    check(stage_reset === 1'b1);
    read(8'h04, 1);
    for (i = 0; i < 64; i = i + 1)
      write(expected[i][32] ? 8'h20 : 8'h24, expected[i][31:0]);
    repeat (2) @(negedge clk);
    check(written == 64);
    write(8'h04, 0);
    repeat (2) @(negedge clk);
    check(stage_reset === 1'b0);
    beats(3 * IN_BEATS + 1, 2 * OUT_BEATS);
    read(8'h04, 2);
    read(8'h08, 3);
    read(8'h0c, 2);
    read(8'h10, last_beat - first_beat + 1);
    read(8'h14, 0);
    beats(IN_BEATS - 1, 2 * OUT_BEATS);
    read(8'h04, 0);
    read(8'h08, 4);
    read(8'h0c, 4);
    write(8'h18, 0);
    for (i = 2; i < 6; i = i + 1) read(i * 4, 0);
    beats(IN_BEATS, OUT_BEATS);
    read(8'h08, 1);
    read(8'h0c, 1);
    read(8'h10, last_beat - first_beat + 1);
    beats(1, 0);  // a picture that a reset of the stages ends
    read(8'h04, 2);
    write(8'h04, 1);
    write(8'h04, 0);
    read(8'h04, 0);
    beats(IN_BEATS, OUT_BEATS);
    read(8'h08, 2);
    read(8'h04, 0);
    finish;
  end
endmodule
