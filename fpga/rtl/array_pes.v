// PES PEs in lock step, each adding up LANES values a beat, kept, negated or
// left out by codes as in ternary_pe, times a power of two:
//   sum[p] = total over the beats of a tile of
//            2^shift * sum over lanes of code[p][lane] * value[lane]
// so that weights of more than two bits are several beats, one for each ternary
// term, and no multiplication.
//
// BITS, SUM   of a signed value; of an accumulator
// TERM        bits of shift; TERMS 0: shift is not used
//
// One beat a cycle, tiles back to back; the sums of the beat with last are
// valid ceil(log2(LANES)) + TERMS + 1 cycles later, for one cycle.
module array_pes #(
    parameter PES = 4,
    parameter LANES = 16,
    parameter BITS = 9,
    parameter SUM = 32,
    parameter TERM = 1,
    parameter TERMS = 0
) (
    input clk,
    input reset,
    input in_valid,
    input in_first,  // of its tile
    input in_last,
    input [TERM-1:0] in_shift,
    input [LANES*BITS-1:0] in_values,  // [LANES] signed
    input [PES*LANES*2-1:0] in_codes,  // [PES][LANES]
    output reg out_valid,
    output [PES*SUM-1:0] out_sums  // [PES], PE 0 in the lowest bits
);
  function integer ceil_log2(input integer value);
    for (ceil_log2 = 0; (1 << ceil_log2) < value; ceil_log2 = ceil_log2 + 1);
  endfunction
  localparam LEVELS = ceil_log2(LANES);
  localparam WIDTH = BITS + LEVELS;

  // What goes with a beat through the trees.
  wire tree_valid, tree_first, tree_last;
  wire [TERM-1:0] tree_shift;
  generate
    if (LEVELS == 0) begin : direct
      assign {tree_valid, tree_first, tree_last, tree_shift} =
          {in_valid && !reset, in_first, in_last, in_shift};
    end else begin : delayed
      delay_line #(
          .WIDTH(3 + TERM),
          .CYCLES(LEVELS)
      ) flags (
          .clk(clk),
          .in({in_valid && !reset, in_first, in_last, in_shift}),
          .out({tree_valid, tree_first, tree_last, tree_shift})
      );
    end
  endgenerate

  wire valid, first, last;  // as they reach the accumulators
  generate
    if (TERMS != 0) begin : later
      reg [2:0] flags;
      always @(posedge clk) flags <= {tree_valid, tree_first, tree_last};
      assign {valid, first, last} = flags;
    end else begin : at_once
      assign {valid, first, last} = {tree_valid, tree_first, tree_last};
      wire unused = &tree_shift;
    end
  endgenerate
  always @(posedge clk) out_valid <= valid && last && !reset;

  genvar pe, lane;
  generate
    for (pe = 0; pe < PES; pe = pe + 1) begin : pes
      wire [LANES*2-1:0] codes = in_codes[pe*LANES*2+:LANES*2];
      wire [LANES*BITS-1:0] terms;
      wire [LANES-1:0] carries;
      for (lane = 0; lane < LANES; lane = lane + 1) begin : lanes
        assign terms[lane*BITS+:BITS] =
            (in_values[lane*BITS+:BITS] & {BITS{codes[2*lane]}})
            ^ {BITS{codes[2*lane+1]}};
        assign carries[lane] = codes[2*lane+1];
      end
      wire signed [WIDTH-1:0] tree_sum;
      wire tree_carry;
      adder_tree #(
          .LANES(LANES),
          .BITS(BITS),
          .LEVELS(LEVELS)
      ) tree (
          .clk(clk),
          .advance(1'b1),
          .values(terms),
          .carries(carries),
          .sum(tree_sum),
          .carry(tree_carry)
      );
      wire [SUM-1:0] wide = {{SUM - WIDTH{tree_sum[WIDTH-1]}}, tree_sum};
      wire [SUM-1:0] addend;
      wire carry;
      if (TERMS != 0) begin : moved
        // A carry of weight 2^shift: ones below, and one of weight 1.
        wire [2*SUM-1:0] shifted = {wide, {SUM{tree_carry}}} << tree_shift;
        reg [SUM-1:0] addend_q;
        reg carry_q;
        always @(posedge clk) begin
          addend_q <= shifted[2*SUM-1:SUM];
          carry_q <= tree_carry;
        end
        assign addend = addend_q;
        assign carry = carry_q;
        wire unused = &shifted[SUM-1:0];
      end else begin : unmoved
        assign addend = wide;
        assign carry = tree_carry;
      end
      accumulator #(
          .SUM(SUM)
      ) accumulate (
          .clk(clk),
          .enable(valid),
          .starts(first),
          .doubles(1'b0),
          .value(addend),
          .carry(carry),
          .sum(out_sums[pe*SUM+:SUM])
      );
    end
  endgenerate
endmodule
