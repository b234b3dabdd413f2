// Gives each word to both outputs, each of which takes it once, in its own
// time. The next word comes when both have it. Latency 0, one word a cycle;
// valid of an output does not depend on ready of any.
module fork_stream #(
    parameter WIDTH = 8
) (
    input clk,
    input reset,
    input in_valid,
    output in_ready,
    input [WIDTH-1:0] in_data,
    output a_valid,
    input a_ready,
    output [WIDTH-1:0] a_data,
    output b_valid,
    input b_ready,
    output [WIDTH-1:0] b_data
);
  reg a_has, b_has;  // the word that is still there
  assign a_valid = in_valid && !a_has;
  assign b_valid = in_valid && !b_has;
  assign a_data = in_data;
  assign b_data = in_data;
  assign in_ready = (a_ready || a_has) && (b_ready || b_has);
  always @(posedge clk)
    if (reset) {a_has, b_has} <= 2'b0;
    else if (in_valid) begin
      a_has <= (a_ready || a_has) && !in_ready;
      b_has <= (b_ready || b_has) && !in_ready;
    end
endmodule
