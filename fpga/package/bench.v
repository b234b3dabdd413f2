// Runs the pictures of tb/pictures.mem through the design and compares what
// leaves with tb/expected.mem, which triad's reference computed. Prints PASS,
// or FAIL with what went wrong, and the cycles. Started in the folder above:
//
//   iverilog -g2001 -I tb -o sim/bench tb/bench.v rtl/*.v && vvp -n sim/bench
//
// -Pbench.STALL=30 makes both streams pause in 30 % of the cycles.
`timescale 1ns / 1ps
`include "settings.vh"
module bench;
  parameter STALL = 0;
  integer seed = 1;

  reg clk = 1'b0, resetn = 1'b0;
  always #5 clk = !clk;

  reg [`PIXEL_BITS-1:0] pixels[0:`PICTURES*`PIXELS-1];
  reg [31:0] expected[0:`PICTURES*`LOGITS-1];
  initial begin
    $readmemh("tb/pictures.mem", pixels);
    $readmemh("tb/expected.mem", expected);
    repeat (5) @(posedge clk);
    resetn <= 1'b1;
  end

  reg in_valid = 1'b0, out_ready = 1'b0;
  reg [`PIXEL_BITS-1:0] in_data;
  wire in_ready, out_valid, out_last;
  wire [31:0] out_data;
  reg [7:0] address = 8'h0c;
  reg read = 1'b0;
  wire read_valid;
  wire [31:0] read_data;
  wire unused_awready, unused_wready, unused_bvalid, unused_arready;
  wire [1:0] unused_bresp, unused_rresp;
  top dut (
      .aclk(clk),
      .aresetn(resetn),
      .s_axis_tdata(in_data),
      .s_axis_tvalid(in_valid),
      .s_axis_tready(in_ready),
      .s_axis_tlast(1'b0),
      .m_axis_tdata(out_data),
      .m_axis_tvalid(out_valid),
      .m_axis_tready(out_ready),
      .m_axis_tlast(out_last),
      .s_axil_awaddr(8'b0),
      .s_axil_awvalid(1'b0),
      .s_axil_awready(unused_awready),
      .s_axil_wdata(32'b0),
      .s_axil_wstrb(4'b0),
      .s_axil_wvalid(1'b0),
      .s_axil_wready(unused_wready),
      .s_axil_bresp(unused_bresp),
      .s_axil_bvalid(unused_bvalid),
      .s_axil_bready(1'b1),
      .s_axil_araddr(address),
      .s_axil_arvalid(read),
      .s_axil_arready(unused_arready),
      .s_axil_rdata(read_data),
      .s_axil_rresp(unused_rresp),
      .s_axil_rvalid(read_valid),
      .s_axil_rready(1'b1)
  );

  function pause(input integer percent);
    pause = $unsigned($random(seed)) % 100 < percent;
  endfunction

  // Counted in beats; cycles from the first beat in.
  integer sent = 0, received = 0, cycle = 0, idle = 0;
  integer first_in = 0, first_out = 0, last_out = 0;
  always @(posedge clk)
    if (resetn) begin
      cycle <= cycle + 1;
      idle <= (in_valid && in_ready) || (out_valid && out_ready) ? 0 : idle + 1;
      if (!in_valid || in_ready)
        if (sent < `PICTURES * `PIXELS && !pause(STALL)) begin
          in_valid <= 1'b1;
          in_data <= pixels[sent];
          sent <= sent + 1;
        end else in_valid <= 1'b0;
      out_ready <= !pause(STALL);
      if (idle > `IDLE_LIMIT) begin
        $display("FAIL: nothing moved for %0d cycles, after %0d logits", idle,
                 received);
        $finish;
      end
    end

  reg started = 1'b0;
  always @(posedge clk)
    if (resetn) begin
      if (in_valid && in_ready && !started) begin
        started <= 1'b1;
        first_in <= cycle;
      end
      if (out_valid && out_ready) begin
        if (out_data !== expected[received]
            || out_last !== (received % `LOGITS == `LOGITS - 1)) begin
          $display("FAIL: picture %0d, logit %0d: expected %0d, got %0d%s",
                   received / `LOGITS, received % `LOGITS,
                   $signed(expected[received]), $signed(out_data),
                   out_last ? " (last)" : "");
          $finish;
        end
        received <= received + 1;
        last_out <= cycle;
        if (received == `LOGITS - 1) first_out <= cycle;
      end
    end

  // What the registers say once all is out.
  initial begin
    wait (received == `PICTURES * `LOGITS);
    check(8'h0c, `PICTURES);
    check(8'h10, last_out - first_in + 1);
    $display("PASS: %0d pictures, %0d logits; the first took %0d cycles",
             `PICTURES, received, first_out - first_in + 1);
    if (`PICTURES > 1)
      $display("a picture each %0d cycles",
               (last_out - first_out) / (`PICTURES - 1));
    $finish;
  end

  task check(input [7:0] at, input [31:0] value);
    begin
      @(posedge clk);
      address <= at;
      read <= 1'b1;
      @(posedge clk);
      while (!unused_arready) @(posedge clk);
      read <= 1'b0;
      while (!read_valid) @(posedge clk);
      if (read_data !== value) begin
        $display("FAIL: register %0h: expected %0d, got %0d", at, value,
                 read_data);
        $finish;
      end
    end
  endtask
endmodule
