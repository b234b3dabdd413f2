// PES processing elements in lock step with the part that says which
// activations they want: what the break-even measurement synthesises, one
// module for all styles so that their areas differ by the style alone.
//
// STYLE 0  dense: a counter walks all PLACES blocks of LANES activations
//       1  group: each word names its block; dead blocks are not stored
//       2  irregular: a counter walks blocks of WINDOW activations; each lane
//          picks one of them by an index of its own, through a register
// WEIGHT_BITS  2: ternary_pe, else dense_pe; MULTIPLIER as there
// BITS, SUM    as in ternary_pe
//
// A word comes with in_valid; the block it wants is out_place in the same
// cycle, and in_values one advancing cycle later. A word of the last block of a
// tile has in_last (style 1) or is the PLACES-th. Sums leave as from
// ternary_pe, one cycle later (two for style 2).
module style_array #(
    parameter STYLE = 0,
    parameter PES = 4,
    parameter LANES = 16,
    parameter WINDOW = 16,  // LANES unless STYLE is 2
    parameter WEIGHT_BITS = 2,
    parameter MULTIPLIER = 1,
    parameter BITS = 9,
    parameter SUM = 32,
    parameter PLACE = 6,
    parameter PLACES = 64,
    parameter INDEX = 4  // ceil(log2(WINDOW))
) (
    input clk,
    input reset,
    input advance,
    input in_valid,
    input in_last,
    input [PLACE-1:0] in_place,
    input [PES*LANES*WEIGHT_BITS-1:0] in_codes,
    input [PES*LANES*INDEX-1:0] in_indices,
    output [PLACE-1:0] out_place,
    input [WINDOW*BITS-1:0] in_values,
    output out_valid,
    output [PES*SUM-1:0] out_sums
);
  localparam [31:0] END = PLACES - 1;
  localparam DELAY = STYLE == 2 ? 2 : 1;

  wire last;
  generate
    if (STYLE == 1) begin : named
      assign out_place = in_place;
      assign last = in_last;
    end else begin : counted
      reg [PLACE-1:0] place;
      assign out_place = place;
      assign last = place == END[PLACE-1:0];
      always @(posedge clk)
        if (reset) place <= {PLACE{1'b0}};
        else if (advance && in_valid)
          place <= last ? {PLACE{1'b0}} : place + 1'b1;
      wire unused = &{in_last, in_place};
    end
  endgenerate

  // last waits for the activations; codes for the gathered ones, too.
  reg [DELAY-1:0] valid_q, last_q;
  reg [PES*LANES*WEIGHT_BITS-1:0] codes_q;
  wire [DELAY:0] valid_next = {valid_q, in_valid};
  wire [DELAY:0] last_next = {last_q, last};
  always @(posedge clk)
    if (reset) valid_q <= {DELAY{1'b0}};
    else if (advance) valid_q <= valid_next[DELAY-1:0];
  always @(posedge clk)
    if (advance) begin
      last_q <= last_next[DELAY-1:0];
      codes_q <= in_codes;
    end

  wire unused_bits = &{in_indices, valid_next[DELAY], last_next[DELAY]};

  wire [PES-1:0] valid;
  assign out_valid = &valid;
  genvar pe, lane;
  generate
    for (pe = 0; pe < PES; pe = pe + 1) begin : pes
      wire [LANES*BITS-1:0] values;
      wire [LANES*WEIGHT_BITS-1:0] codes;
      if (STYLE == 2) begin : gathered
        reg [LANES*BITS-1:0] values_q;
        reg [LANES*INDEX-1:0] indices_q;
        reg [LANES*WEIGHT_BITS-1:0] codes_qq;
        always @(posedge clk)
          if (advance) begin
            indices_q <= in_indices[pe*LANES*INDEX+:LANES*INDEX];
            codes_qq <= codes_q[pe*LANES*WEIGHT_BITS+:LANES*WEIGHT_BITS];
          end
        for (lane = 0; lane < LANES; lane = lane + 1) begin : pick
          wire [INDEX-1:0] index = indices_q[lane*INDEX+:INDEX];
          always @(posedge clk)
            if (advance)
              values_q[lane*BITS+:BITS] <= in_values[index*BITS+:BITS];
        end
        assign values = values_q;
        assign codes = codes_qq;
      end else begin : straight
        assign values = in_values;
        assign codes = codes_q[pe*LANES*WEIGHT_BITS+:LANES*WEIGHT_BITS];
      end
      if (WEIGHT_BITS == 2) begin : ternary
        ternary_pe #(
            .LANES(LANES),
            .BITS(BITS),
            .SUM(SUM)
        ) element (
            .clk(clk),
            .reset(reset),
            .advance(advance),
            .in_valid(valid_q[DELAY-1]),
            .in_last(last_q[DELAY-1]),
            .in_doubles(1'b0),
            .in_values(values),
            .in_codes(codes),
            .out_valid(valid[pe]),
            .out_sum(out_sums[pe*SUM+:SUM])
        );
      end else begin : dense
        dense_pe #(
            .LANES(LANES),
            .BITS(BITS),
            .WEIGHT_BITS(WEIGHT_BITS),
            .SUM(SUM),
            .MULTIPLIER(MULTIPLIER)
        ) element (
            .clk(clk),
            .reset(reset),
            .advance(advance),
            .in_valid(valid_q[DELAY-1]),
            .in_last(last_q[DELAY-1]),
            .in_values(values),
            .in_weights(codes),
            .out_valid(valid[pe]),
            .out_sum(out_sums[pe*SUM+:SUM])
        );
      end
    end
  endgenerate
endmodule
