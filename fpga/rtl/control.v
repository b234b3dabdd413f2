// AXI4-Lite slave of the accelerator: identity, state, counters, and the
// configuration bus. Registers: docs/fpga.md.
//
// A write is taken when address and data are both there; a read answers in the
// next cycle. stage_reset follows reset and the hold bit by one cycle.
module control #(
    parameter IDENTITY = 32'h54524944,
    parameter IN_BEATS = 1,  // of a picture
    parameter OUT_BEATS = 1
) (
    input clk,
    input reset,
    input [7:0] s_axil_awaddr,
    input s_axil_awvalid,
    output s_axil_awready,
    input [31:0] s_axil_wdata,
    input [3:0] s_axil_wstrb,
    input s_axil_wvalid,
    output s_axil_wready,
    output [1:0] s_axil_bresp,
    output reg s_axil_bvalid,
    input s_axil_bready,
    input [7:0] s_axil_araddr,
    input s_axil_arvalid,
    output s_axil_arready,
    output reg [31:0] s_axil_rdata,
    output [1:0] s_axil_rresp,
    output reg s_axil_rvalid,
    input s_axil_rready,
    input in_beat,
    input out_beat,
    output reg stage_reset,
    output reg config_valid,
    output reg config_select,
    output reg [31:0] config_data
);
  localparam [31:0] NAME = IDENTITY;
  localparam [5:0] CONTROL = 6'h01, CLEAR = 6'h06;  // addresses of words
  localparam [5:0] SELECT = 6'h08, DATA = 6'h09;

  wire write = s_axil_awvalid && s_axil_wvalid
      && (s_axil_bready || !s_axil_bvalid);
  wire [5:0] write_word = s_axil_awaddr[7:2];
  wire clear = write && write_word == CLEAR;
  reg hold;
  assign s_axil_awready = write;
  assign s_axil_wready = write;
  assign s_axil_bresp = 2'b00;
  always @(posedge clk)
    if (reset) begin
      s_axil_bvalid <= 1'b0;
      hold <= 1'b0;
      stage_reset <= 1'b1;
      config_valid <= 1'b0;
    end else begin
      if (write || s_axil_bready) s_axil_bvalid <= write;
      if (write && write_word == CONTROL) hold <= s_axil_wdata[0];
      stage_reset <= hold;
      config_valid <= write && (write_word == SELECT || write_word == DATA);
    end
  always @(posedge clk) begin
    config_select <= write_word == SELECT;
    config_data <= s_axil_wdata;
  end

  wire busy;
  wire [31:0] pictures_in, pictures_out;
  wire [63:0] cycles;
  picture_counters #(
      .IN_BEATS(IN_BEATS),
      .OUT_BEATS(OUT_BEATS)
  ) counters (
      .clk(clk),
      .reset(reset),
      .stage_reset(stage_reset),
      .clear(clear),
      .in_beat(in_beat),
      .out_beat(out_beat),
      .busy(busy),
      .pictures_in(pictures_in),
      .pictures_out(pictures_out),
      .cycles(cycles)
  );

  wire read = s_axil_arvalid && (s_axil_rready || !s_axil_rvalid);
  assign s_axil_arready = read;
  assign s_axil_rresp = 2'b00;
  always @(posedge clk)
    if (reset) s_axil_rvalid <= 1'b0;
    else if (read || s_axil_rready) s_axil_rvalid <= read;
  always @(posedge clk)
    if (read)
      case (s_axil_araddr[7:2])
        6'h00: s_axil_rdata <= NAME;
        6'h01: s_axil_rdata <= {30'd0, busy, hold};
        6'h02: s_axil_rdata <= pictures_in;
        6'h03: s_axil_rdata <= pictures_out;
        6'h04: s_axil_rdata <= cycles[31:0];
        6'h05: s_axil_rdata <= cycles[63:32];
        default: s_axil_rdata <= 32'd0;
      endcase
  wire unused =
      &{s_axil_wstrb, s_axil_awaddr[1:0], s_axil_araddr[1:0]};
endmodule
