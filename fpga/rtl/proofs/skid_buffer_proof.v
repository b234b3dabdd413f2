// skid_buffer is a queue of two words: for all words and stalls of the first
// cycles after reset (bounded: it says nothing of later ones).
module skid_buffer_proof (
    input clk,
    input in_valid,
    input [7:0] in_data,
    input out_ready
);
  reg reset = 1;
  always @(posedge clk) reset <= 0;
  wire in_ready, out_valid;
  wire [7:0] out_data;
  skid_buffer dut (
      .clk(clk),
      .reset(reset),
      .in_valid(in_valid),
      .in_ready(in_ready),
      .in_data(in_data),
      .out_valid(out_valid),
      .out_ready(out_ready),
      .out_data(out_data)
  );
  reg [1:0] stored = 0;
  reg [7:0] first, second;
  wire enter = in_valid && in_ready;
  wire leave = out_valid && out_ready;
  always @(posedge clk)
    if (!reset) begin
      stored <= stored + enter - leave;
      if (leave) first <= second;
      if (enter && stored - leave == 0) first <= in_data;
      else if (enter) second <= in_data;
    end
  always @* if (!reset) begin
    assert (out_valid == (stored != 0));
    assert (in_ready == (stored != 2) && stored != 3);
    if (stored != 0) assert (out_data == first);
  end
endmodule
