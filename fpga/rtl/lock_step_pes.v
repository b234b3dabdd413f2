// PES PEs in lock step: all get the same LANES activations a cycle and codes of
// their own.
//
// LANES, SUM   as in ternary_pe; activations are of 9 bits
// WEIGHT_BITS  2: ternary_pe, with TERMS; else dense_pe with MULTIPLIER
//
// in_last ends a tile, the sums that the PEs work on side by side; in_end marks
// the last word of a position. The sums of a tile are valid for one cycle,
// ceil(log2(LANES)) + 1 cycles after its last word. One word a cycle.
module lock_step_pes #(
    parameter PES = 4,
    parameter LANES = 4,
    parameter WEIGHT_BITS = 2,
    parameter TERMS = 0,
    parameter MULTIPLIER = 1,
    parameter SUM = 32
) (
    input clk,
    input reset,
    input in_valid,
    input in_last,
    input in_end,
    input in_doubles,  // the sums of the tile so far; TERMS 0: unused
    input [LANES*9-1:0] in_values,  // [LANES]
    input [PES*LANES*WEIGHT_BITS-1:0] in_codes,  // [PES][LANES]
    output out_valid,
    output out_end,
    output [PES*SUM-1:0] out_sums  // [PES]
);
  function integer tree_levels(input integer value);
    for (tree_levels = 0; (1 << tree_levels) < value;
         tree_levels = tree_levels + 1);
  endfunction
  localparam CODES = LANES * WEIGHT_BITS;

  wire [PES-1:0] valid;  // all alike
  assign out_valid = &valid;
  genvar pe;
  generate
    for (pe = 0; pe < PES; pe = pe + 1) begin : pes
      if (WEIGHT_BITS == 2) begin : ternary
        ternary_pe #(
            .LANES(LANES),
            .BITS(9),
            .SUM(SUM),
            .TERMS(TERMS)
        ) element (
            .clk(clk),
            .reset(reset),
            .advance(1'b1),
            .in_valid(in_valid),
            .in_last(in_last),
            .in_doubles(in_doubles),
            .in_values(in_values),
            .in_codes(in_codes[pe*CODES+:CODES]),
            .out_valid(valid[pe]),
            .out_sum(out_sums[pe*SUM+:SUM])
        );
      end else begin : dense
        wire unused = in_doubles;
        dense_pe #(
            .LANES(LANES),
            .BITS(9),
            .WEIGHT_BITS(WEIGHT_BITS),
            .SUM(SUM),
            .MULTIPLIER(MULTIPLIER)
        ) element (
            .clk(clk),
            .reset(reset),
            .advance(1'b1),
            .in_valid(in_valid),
            .in_last(in_last),
            .in_values(in_values),
            .in_weights(in_codes[pe*CODES+:CODES]),
            .out_valid(valid[pe]),
            .out_sum(out_sums[pe*SUM+:SUM])
        );
      end
    end
  endgenerate

  delay_line #(
      .WIDTH(1),
      .CYCLES(tree_levels(LANES) + 1)
  ) ends (
      .clk(clk),
      .in(in_end),
      .out(out_end)
  );
endmodule
