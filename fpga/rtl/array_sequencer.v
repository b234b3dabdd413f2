// Walks the steps of a network, picture after picture: reads a step, starts it,
// waits until it ends and DRAIN cycles more, in which its last results reach
// the activation memory. So a step costs its own cycles and DRAIN + 2.
//
// Step memory (STEPS): WIDTH bits, of which this module reads the two highest,
//   last    of the network
//   logits  the step makes the logits: it waits until `blocked` is low
// An address holds until the next step starts, DRAIN + 1 cycles after its end.
module array_sequencer #(
    parameter WIDTH = 40,
    parameter STEP = 3,  // bits of an address of the step memory
    parameter DEPTH = 5,
    parameter DRAIN = 16,
    parameter STEPS = ""
) (
    input clk,
    input reset,
    input blocked,
    input ends,  // the step's last own cycle
    output start,  // with step; its own cycles follow
    output [WIDTH-1:0] step,
    output logits_end  // all logits are there
);
  function integer ceil_log2(input integer value);
    for (ceil_log2 = 0; (1 << ceil_log2) < value; ceil_log2 = ceil_log2 + 1);
  endfunction
  localparam COUNT = ceil_log2(DRAIN);
  localparam [31:0] REST = DRAIN - 1;
  localparam [1:0] FETCH = 2'd0, BEGIN = 2'd1, RUN = 2'd2, WAIT = 2'd3;
  reg [1:0] state;
  reg [COUNT-1:0] rest;
  reg [STEP-1:0] address;
  wire last = step[WIDTH-1], is_logits = step[WIDTH-2];
  assign start = state == BEGIN && !(is_logits && blocked);
  wire drained = state == WAIT && rest == {COUNT{1'b0}};
  assign logits_end = drained && is_logits;

  memory #(
      .WORD(WIDTH),
      .ADDRESS(STEP),
      .DEPTH(DEPTH),
      .CONTENTS(STEPS)
  ) steps (
      .clk(clk),
      .write_enable(1'b0),
      .write_address({STEP{1'b0}}),
      .write_word({WIDTH{1'b0}}),
      .read_enable(state == FETCH),
      .read_address(address),
      .read_word(step)
  );

  always @(posedge clk)
    if (reset) begin
      state <= FETCH;
      address <= {STEP{1'b0}};
    end else
      case (state)
        FETCH: state <= BEGIN;
        BEGIN: if (start) state <= RUN;
        RUN: if (ends) state <= WAIT;
        default:
        if (drained) begin
          state <= FETCH;
          address <= last ? {STEP{1'b0}} : address + 1'b1;
        end
      endcase
  always @(posedge clk)
    rest <= state == WAIT ? rest - 1'b1 : REST[COUNT-1:0];
endmodule
