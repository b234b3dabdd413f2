// The last layer's exact sums with their bias, SUM bits signed, which the host
// turns into logits: logit_scale[k] * sum. Latency 1, one sum a cycle.
module logits #(
    parameter SUM = 32
) (
    input clk,
    input reset,
    input in_valid,
    output in_ready,
    input in_last,
    input [SUM-1:0] in_sum,
    input [SUM-1:0] in_bias,
    output reg out_valid,
    input out_ready,
    output reg out_last,
    output reg [SUM-1:0] out_sum
);
  assign in_ready = out_ready || !out_valid;
  always @(posedge clk)
    if (reset) out_valid <= 1'b0;
    else if (in_ready) begin
      out_valid <= in_valid;
      out_last <= in_last;
      out_sum <= in_sum + in_bias;
    end
endmodule
