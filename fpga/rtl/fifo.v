// A queue of 2^ADDRESS words, ADDRESS >= 1. A word that enters is valid
// outside one cycle later; one word in and one out a cycle. No path
// through it: in_ready depends on what is stored alone.
module fifo #(
    parameter WIDTH = 8,
    parameter ADDRESS = 4
) (
    input clk,
    input reset,
    input in_valid,
    output in_ready,
    input [WIDTH-1:0] in_data,
    output out_valid,
    input out_ready,
    output [WIDTH-1:0] out_data
);
  reg [WIDTH-1:0] words[0:(1<<ADDRESS)-1];
  reg [ADDRESS:0] written, read;  // modulo twice the depth
  wire [ADDRESS:0] stored = written - read;
  assign in_ready = !stored[ADDRESS];
  assign out_valid = written != read;
  assign out_data = words[read[ADDRESS-1:0]];
  always @(posedge clk)
    if (reset) begin
      written <= {ADDRESS + 1{1'b0}};
      read <= {ADDRESS + 1{1'b0}};
    end else begin
      if (in_valid && in_ready) written <= written + 1'b1;
      if (out_valid && out_ready) read <= read + 1'b1;
    end
  always @(posedge clk)
    if (in_valid && in_ready) words[written[ADDRESS-1:0]] <= in_data;
endmodule
