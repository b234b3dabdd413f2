// Takes beats, stalling at random, and counts them in index. broken counts
// breaches of the protocol: a beat withdrawn or changed before it was taken.
module stream_sink #(
    parameter WIDTH = 8,
    parameter STALL = 30,
    parameter SEED = 1
) (
    input clk,
    input reset,
    input valid,
    input [WIDTH-1:0] data,
    output reg ready,
    output reg [31:0] index,
    output reg [31:0] broken
);
  integer seed = SEED + 1000;
  reg waiting = 0;
  reg [WIDTH-1:0] offered;
  initial ready = 0;
  initial index = 0;
  initial broken = 0;
  always @(posedge clk)
    if (!reset) begin
      if (waiting && !(valid && data === offered)) broken <= broken + 1;
      waiting <= valid && !ready;
      offered <= data;
      if (valid && ready) index <= index + 1;
    end
  always @(negedge clk) ready <= $dist_uniform(seed, 0, 99) >= STALL;
endmodule
