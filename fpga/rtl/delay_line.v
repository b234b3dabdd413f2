// out = in, CYCLES >= 1 cycles ago. No reset.
module delay_line #(
    parameter WIDTH = 8,
    parameter CYCLES = 4
) (
    input clk,
    input [WIDTH-1:0] in,
    output [WIDTH-1:0] out
);
  reg [CYCLES*WIDTH-1:0] stages;
  assign out = stages[CYCLES*WIDTH-1-:WIDTH];
  generate
    if (CYCLES == 1) begin : one
      always @(posedge clk) stages <= in;
    end else begin : more
      always @(posedge clk) stages <= {stages[(CYCLES-1)*WIDTH-1:0], in};
    end
  endgenerate
endmodule
