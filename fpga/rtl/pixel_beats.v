// Counts the BEATS beats of a pixel: last is high for the last of them.
module pixel_beats #(
    parameter BEATS = 2
) (
    input clk,
    input reset,
    input step,
    output last
);
  function integer ceil_log2(input integer value);
    for (ceil_log2 = 0; (1 << ceil_log2) < value; ceil_log2 = ceil_log2 + 1);
  endfunction
  generate
    if (BEATS == 1) begin : one
      assign last = 1'b1;
      wire unused = &{clk, reset, step};
    end else begin : more
      localparam B = ceil_log2(BEATS);
      localparam [31:0] LAST = BEATS - 1;
      reg [B-1:0] beat;
      assign last = beat == LAST[B-1:0];
      always @(posedge clk)
        if (reset) beat <= {B{1'b0}};
        else if (step) beat <= last ? {B{1'b0}} : beat + 1'b1;
    end
  endgenerate
endmodule
