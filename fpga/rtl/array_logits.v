// Collects the logits of a picture, which come in any order, and sends them in
// that of the channels: two cycles each, 32 bits signed, last with the last.
//
// LOGITS   of a picture; CHANNEL bits of a channel; SUM bits of a logit
//
// Nothing may be written from send until busy is low again.
module array_logits #(
    parameter LOGITS = 10,
    parameter CHANNEL = 4,
    parameter SUM = 32
) (
    input clk,
    input reset,
    input write_valid,
    input [CHANNEL-1:0] write_channel,
    input [SUM-1:0] write_logit,
    input send,
    output reg busy,
    output reg out_valid,
    input out_ready,
    output [31:0] out_data,
    output reg out_last
);
  localparam [31:0] LAST = LOGITS - 1;
  reg [SUM-1:0] stored[0:(1<<CHANNEL)-1];
  reg [SUM-1:0] logit;
  reg [CHANNEL-1:0] channel;  // to be read next
  wire fetch = busy && !out_valid;
  wire last = channel == LAST[CHANNEL-1:0];
  always @(posedge clk) begin
    if (write_valid) stored[write_channel] <= write_logit;
    if (fetch) logit <= stored[channel];
  end
  generate
    if (SUM < 32) begin : narrower
      assign out_data = {{32 - SUM{logit[SUM-1]}}, logit};
    end else begin : whole
      assign out_data = logit;
    end
  endgenerate

  always @(posedge clk)
    if (reset) begin
      busy <= 1'b0;
      out_valid <= 1'b0;
      channel <= {CHANNEL{1'b0}};
    end else begin
      if (send) busy <= 1'b1;
      else if (out_valid && out_ready && out_last) busy <= 1'b0;
      out_valid <= fetch || (out_valid && !out_ready);
      if (fetch) begin
        out_last <= last;
        channel <= last ? {CHANNEL{1'b0}} : channel + 1'b1;
      end
    end
endmodule
