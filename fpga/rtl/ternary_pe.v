// One processing element: adds up LANES activations a cycle, each kept,
// negated or left out by a 2-bit code. Adders only, no multiplier.
//
//   sum = total over beats, up to one with last, of sum over lanes of code * value
//
// With TERMS a beat with doubles first doubles the total before it: weights of
// several ternary terms of powers of two, highest first (Horner's rule), need no
// multiplier either. A total on the way may exceed SUM bits: it wraps, and the
// sum is right if it fits.
//
// LANES      activations a cycle, >= 1
// BITS       of a signed activation: 9 holds any q - zero_point of 8 bits
// SUM        bits of the accumulator; 32 never overflows where
//            triad::encoding::accumulator_fits holds
// REGISTERED 1: a register after each level of the tree
// TERMS      1: in_doubles counts, but for a first beat
//
// Code bit 0: not zero; bit 1: negative. 00 and 10 are 0, 01 is +1, 11 is -1.
// The beat after one with last starts a new sum. The sum of the beat with last
// is valid ceil(log2(LANES)) * REGISTERED + 1 cycles later, for one cycle; cycles with
// advance low do not count. One beat a cycle, sums back to back.
module ternary_pe #(
    parameter LANES = 16,
    parameter BITS = 9,
    parameter SUM = 32,
    parameter REGISTERED = 1,
    parameter TERMS = 0
) (
    input clk,
    input reset,
    input advance,  // low: everything holds
    input in_valid,
    input in_last,
    input in_doubles,
    input [LANES*BITS-1:0] in_values,  // [LANES] signed
    input [LANES*2-1:0] in_codes,  // [LANES]
    output out_valid,
    output [SUM-1:0] out_sum
);
  wire [LANES*BITS-1:0] terms;
  wire [LANES-1:0] carries;
  genvar lane;
  generate
    for (lane = 0; lane < LANES; lane = lane + 1) begin : lanes
      assign terms[lane*BITS+:BITS] =
          (in_values[lane*BITS+:BITS] & {BITS{in_codes[2*lane]}})
          ^ {BITS{in_codes[2*lane+1]}};
      assign carries[lane] = in_codes[2*lane+1];
    end
  endgenerate

  tree_accumulator #(
      .LANES(LANES),
      .BITS(BITS),
      .SUM(SUM),
      .REGISTERED(REGISTERED),
      .TERMS(TERMS)
  ) accumulator (
      .clk(clk),
      .reset(reset),
      .advance(advance),
      .in_valid(in_valid),
      .in_last(in_last),
      .in_doubles(in_doubles),
      .in_terms(terms),
      .in_carries(carries),
      .out_valid(out_valid),
      .out_sum(out_sum)
  );
endmodule
