// Two streams of pictures of one size as one whose pixels have the channels of
// both: a pixel of a, then one of b. Nothing is stored: the latency is 0.
//
// Parameters: docs/fpga.md. LANES divides A_CHANNELS.
module concat_stage #(
    parameter LANES = 2,
    parameter A_CHANNELS = 4,
    parameter B_CHANNELS = 5
) (
    input clk,
    input reset,
    input a_valid,
    output a_ready,
    input [LANES*8-1:0] a_data,
    input b_valid,
    output b_ready,
    input [LANES*8-1:0] b_data,
    output out_valid,
    input out_ready,
    output [LANES*8-1:0] out_data
);
  function integer ceil_log2(input integer value);
    for (ceil_log2 = 0; (1 << ceil_log2) < value; ceil_log2 = ceil_log2 + 1);
  endfunction
  localparam A = A_CHANNELS / LANES;
  localparam B = (B_CHANNELS + LANES - 1) / LANES;
  localparam BEAT = ceil_log2(A + B);
  localparam [31:0] FIRST_B = A, LAST = A + B - 1;
  reg [BEAT-1:0] beat;
  reg of_b;
  wire last = beat == LAST[BEAT-1:0];
  wire [BEAT-1:0] next = last ? {BEAT{1'b0}} : beat + 1'b1;
  assign out_valid = of_b ? b_valid : a_valid;
  assign out_data = of_b ? b_data : a_data;
  assign a_ready = out_ready && !of_b;
  assign b_ready = out_ready && of_b;
  always @(posedge clk)
    if (reset) begin
      beat <= {BEAT{1'b0}};
      of_b <= 1'b0;
    end else if (out_valid && out_ready) begin
      beat <= next;
      of_b <= next >= FIRST_B[BEAT-1:0];
    end
endmodule
