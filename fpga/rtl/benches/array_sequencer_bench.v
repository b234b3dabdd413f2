// array_sequencer: steps in their order, over and over, each DRAIN + 2 cycles
// after the end of the one before; logits wait until nothing blocks them.
module array_sequencer_bench;
  `include "bench.vh"
  parameter DRAIN = 5;
  localparam WIDTH = 10, DEPTH = 5, STARTS = 200;
  reg blocked = 0, ends = 0;
  wire start, logits_end;
  wire [WIDTH-1:0] step;
  array_sequencer #(
      .WIDTH(WIDTH), .STEP(3), .DEPTH(DEPTH), .DRAIN(DRAIN)) dut (
      .clk(clk), .reset(reset), .blocked(blocked), .ends(ends), .start(start),
      .step(step), .logits_end(logits_end));
  integer seed = SEED, i, ended = 0, waited;
  initial begin
    for (i = 0; i < DEPTH; i = i + 1)
      dut.steps.words[i] = {i == DEPTH - 1, i == DEPTH - 2, i[7:0]};
    @(negedge reset);
    for (i = 0; i < STARTS; i = i + 1) begin
      waited = 0;
      blocked = i % DEPTH == DEPTH - 2 && STALL > 0;
      while (!start) begin
        @(negedge clk);
        check(!logits_end);
        if (blocked && cycle - ended > DRAIN + 10) begin
          blocked = 0;
          waited = 1;
          #1;
        end
      end
      check(step[7:0] === i % DEPTH);
      if (i > 0 && !waited) check(cycle - ended == DRAIN + 2);
      repeat ($dist_uniform(seed, 1, 9)) @(negedge clk);
      ends = 1;
      ended = cycle;
      @(negedge clk) ends = 0;
      repeat (DRAIN - 1) begin
        check(!start && !logits_end);
        @(negedge clk);
      end
      check(logits_end === (i % DEPTH == DEPTH - 2));
      @(negedge clk);
    end
    finish;
  end
endmodule
