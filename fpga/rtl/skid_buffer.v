// Cuts the path of ready: in_ready is a register. Latency 1, one word a cycle;
// holds two words when the output stalls.
module skid_buffer #(
    parameter WIDTH = 8
) (
    input clk,
    input reset,
    input in_valid,
    output in_ready,
    input [WIDTH-1:0] in_data,
    output reg out_valid,
    input out_ready,
    output reg [WIDTH-1:0] out_data
);
  reg spare_valid;  // a word that came while the output stalled
  reg [WIDTH-1:0] spare;
  wire advance = out_ready || !out_valid;
  assign in_ready = !spare_valid;
  always @(posedge clk)
    if (reset) begin
      out_valid <= 1'b0;
      spare_valid <= 1'b0;
    end else if (advance) begin
      out_valid <= spare_valid || in_valid;
      spare_valid <= 1'b0;
    end else if (in_valid && in_ready) spare_valid <= 1'b1;
  always @(posedge clk) begin
    if (advance) out_data <= spare_valid ? spare : in_data;
    if (in_ready) spare <= in_data;
  end
endmodule
