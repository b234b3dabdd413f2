// fifo of four words, for all words and stalls of the first cycles after reset
// (bounded): what enters leaves, in order, once, and it is ready unless full.
module fifo_proof (
    input clk,
    input in_valid,
    input [3:0] in_data,
    input out_ready
);
  reg reset = 1;
  always @(posedge clk) reset <= 0;
  wire in_ready, out_valid;
  wire [3:0] out_data;
  fifo #(
      .WIDTH(4),
      .ADDRESS(2)
  ) dut (
      .clk(clk),
      .reset(reset),
      .in_valid(in_valid),
      .in_ready(in_ready),
      .in_data(in_data),
      .out_valid(out_valid),
      .out_ready(out_ready),
      .out_data(out_data)
  );
  // One word of all, whichever, is followed.
  (* anyconst *) reg [4:0] which;
  reg [4:0] entered = 0, left = 0;
  reg [3:0] word;
  wire enter = in_valid && in_ready, leave = out_valid && out_ready;
  always @(posedge clk)
    if (!reset) begin
      entered <= entered + enter;
      left <= left + leave;
      if (enter && entered == which) word <= in_data;
    end
  wire [4:0] stored = entered - left;
  always @* if (!reset) begin
    assert (in_ready == (stored != 4) && stored <= 4);
    assert (out_valid == (stored != 0));
    if (leave && left == which) assert (out_data == word);
  end
endmodule
