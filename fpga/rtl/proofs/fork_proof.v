// fork_stream for all inputs of the first cycles after reset, which reach all
// its states: no output gets a word twice, none goes before both have it, and
// one waits only for those that are not ready.
module fork_proof (
    input clk,
    input in_valid,
    input [7:0] in_data,
    input a_ready,
    input b_ready
);
  reg reset = 1;
  always @(posedge clk) reset <= 0;
  wire in_ready, a_valid, b_valid;
  wire [7:0] a_data, b_data;
  fork_stream dut (
      .clk(clk),
      .reset(reset),
      .in_valid(in_valid),
      .in_ready(in_ready),
      .in_data(in_data),
      .a_valid(a_valid),
      .a_ready(a_ready),
      .a_data(a_data),
      .b_valid(b_valid),
      .b_ready(b_ready),
      .b_data(b_data)
  );
  reg a_got = 0, b_got = 0;  // the word that is offered
  wire a_gets = a_valid && a_ready, b_gets = b_valid && b_ready;
  wire leaves = in_valid && in_ready;
  always @(posedge clk)
    if (!reset) begin
      a_got <= (a_got || a_gets) && !leaves;
      b_got <= (b_got || b_gets) && !leaves;
    end
  // The protocol of the input: what is offered stays.
  reg waiting = 0;
  always @(posedge clk) waiting <= !reset && in_valid && !in_ready;
  always @* if (waiting) assume (in_valid);
  always @* if (reset) assert (!a_got && !b_got);
  else begin
    assert (a_valid == (in_valid && !a_got));
    assert (b_valid == (in_valid && !b_got));
    assert (leaves == (in_valid && (a_got || a_gets) && (b_got || b_gets)));
    assert (a_data == in_data && b_data == in_data);
  end
endmodule
