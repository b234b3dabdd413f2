// Offers beats 0 .. count-1, stalling at random: the bench makes the data of
// beat index. Once valid, a beat stays until it is taken.
module stream_source #(
    parameter STALL = 30,
    parameter SEED = 1
) (
    input clk,
    input reset,
    input [31:0] count,
    output reg valid,
    input ready,
    output reg [31:0] index
);
  integer seed = SEED;
  reg taken = 0;
  initial valid = 0;
  initial index = 0;
  always @(posedge clk) begin
    taken <= valid && ready && !reset;
    if (valid && ready && !reset) index <= index + 1;
  end
  always @(negedge clk)
    if (!valid || taken)
      valid <= !reset && index < count
          && $dist_uniform(seed, 0, 99) >= STALL;
endmodule
