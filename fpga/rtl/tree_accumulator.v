// What the PEs share: an adder tree over the terms of a beat, and an
// accumulator over beats. Parameters, latency and handshake as in ternary_pe.
module tree_accumulator #(
    parameter LANES = 16,
    parameter BITS = 9,
    parameter SUM = 32,
    parameter REGISTERED = 1,
    parameter TERMS = 0
) (
    input clk,
    input reset,
    input advance,
    input in_valid,
    input in_last,
    input in_doubles,
    input [LANES*BITS-1:0] in_terms,  // [LANES] signed
    input [LANES-1:0] in_carries,  // added to the terms
    output reg out_valid,
    output [SUM-1:0] out_sum
);
  function integer ceil_log2(input integer value);
    for (ceil_log2 = 0; (1 << ceil_log2) < value; ceil_log2 = ceil_log2 + 1);
  endfunction
  localparam LEVELS = ceil_log2(LANES);
  localparam WIDTH = BITS + LEVELS;

  wire signed [WIDTH-1:0] tree_sum;
  wire tree_carry;
  adder_tree #(
      .LANES(LANES),
      .BITS(BITS),
      .LEVELS(LEVELS),
      .REGISTERED(REGISTERED)
  ) tree (
      .clk(clk),
      .advance(advance),
      .values(in_terms),
      .carries(in_carries),
      .sum(tree_sum),
      .carry(tree_carry)
  );

  wire valid, last;  // as they leave the tree
  generate
    if (REGISTERED != 0 && LEVELS > 0) begin : delayed
      reg [2*LEVELS-1:0] flags;
      wire [2*LEVELS+1:0] shifted = {flags, in_valid, in_last};
      always @(posedge clk)
        if (reset) flags <= {2 * LEVELS{1'b0}};
        else if (advance)
          flags <= shifted[2*LEVELS-1:0];
      assign {valid, last} = shifted[2*LEVELS+1-:2];
    end else begin : direct
      assign {valid, last} = {in_valid, in_last};
    end
  endgenerate

  wire doubles;
  generate
    if (TERMS == 0) begin : one_term
      assign doubles = 1'b0;
      wire unused = in_doubles;
    end else if (REGISTERED != 0 && LEVELS > 0) begin : delayed_doubles
      reg [LEVELS-1:0] flags;
      wire [LEVELS:0] shifted = {flags, in_doubles};
      always @(posedge clk) if (advance) flags <= shifted[LEVELS-1:0];
      assign doubles = shifted[LEVELS];
    end else begin : direct_doubles
      assign doubles = in_doubles;
    end
  endgenerate

  reg starts;  // the next beat, a sum
  always @(posedge clk)
    if (reset) begin
      out_valid <= 1'b0;
      starts <= 1'b1;
    end else if (advance) begin
      out_valid <= valid && last;
      if (valid) starts <= last;
    end
  accumulator #(
      .SUM(SUM)
  ) accumulate (
      .clk(clk),
      .enable(advance && valid),
      .starts(starts),
      .doubles(doubles),
      .value({{SUM - WIDTH{tree_sum[WIDTH-1]}}, tree_sum}),
      .carry(tree_carry),
      .sum(out_sum)
  );
endmodule
