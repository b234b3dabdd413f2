// Puts BEFORE beats of ZERO before, and AFTER behind, the INSIDE beats of each
// pixel. No latency, one beat a cycle; those of ZERO wait for no input, so that
// a pixel's go while the one before it in the picture is still dropped.
module pad_channels #(
    parameter LANES = 4,
    parameter BEFORE = 1,
    parameter INSIDE = 2,
    parameter AFTER = 1,
    parameter ZERO = 0
) (
    input clk,
    input reset,
    input in_valid,
    output in_ready,
    input [LANES*8-1:0] in_data,
    output out_valid,
    input out_ready,
    output [LANES*8-1:0] out_data
);
  function integer ceil_log2(input integer value);
    for (ceil_log2 = 0; (1 << ceil_log2) < value; ceil_log2 = ceil_log2 + 1);
  endfunction
  localparam ALL = BEFORE + INSIDE + AFTER, B = ceil_log2(ALL + 1);
  localparam [31:0] FIRST = BEFORE, BEHIND = BEFORE + INSIDE, LAST = ALL - 1;
  localparam [31:0] RAW = ZERO;
  reg [B-1:0] beat;
  wire is_inside = (BEFORE == 0 || beat >= FIRST[B-1:0]) && beat < BEHIND[B-1:0];
  assign out_valid = in_valid || !is_inside;
  assign in_ready = out_ready && is_inside;
  assign out_data = is_inside ? in_data : {LANES{RAW[7:0]}};
  always @(posedge clk)
    if (reset) beat <= {B{1'b0}};
    else if (out_valid && out_ready)
      beat <= beat == LAST[B-1:0] ? {B{1'b0}} : beat + 1'b1;
endmodule
