// The PE of layers with 8-bit weights, the first and the last: LANES products
// a cycle. Parameters, latency and handshake as in ternary_pe, and
//
// WEIGHT_BITS of a signed weight
// MULTIPLIER  0: the tool's own (a DSP block where there is one);
//             1: rows of adders, for parts without DSP blocks
module dense_pe #(
    parameter LANES = 16,
    parameter BITS = 9,
    parameter WEIGHT_BITS = 8,
    parameter SUM = 32,
    parameter REGISTERED = 1,
    parameter MULTIPLIER = 0
) (
    input clk,
    input reset,
    input advance,
    input in_valid,
    input in_last,
    input [LANES*BITS-1:0] in_values,  // [LANES] signed
    input [LANES*WEIGHT_BITS-1:0] in_weights,  // [LANES] signed
    output out_valid,
    output [SUM-1:0] out_sum
);
  localparam PRODUCT = BITS + WEIGHT_BITS;
  wire [LANES*PRODUCT-1:0] products;
  genvar lane;
  generate
    for (lane = 0; lane < LANES; lane = lane + 1) begin : lanes
      wire signed [BITS-1:0] value = in_values[lane*BITS+:BITS];
      wire signed [WEIGHT_BITS-1:0] weight =
          in_weights[lane*WEIGHT_BITS+:WEIGHT_BITS];
      if (MULTIPLIER != 0) begin : rows
        multiply_rows #(
            .BITS(BITS),
            .WEIGHT_BITS(WEIGHT_BITS)
        ) multiply (
            .value(value),
            .weight(weight),
            .product(products[lane*PRODUCT+:PRODUCT])
        );
      end else begin : direct
        assign products[lane*PRODUCT+:PRODUCT] = value * weight;
      end
    end
  endgenerate

  tree_accumulator #(
      .LANES(LANES),
      .BITS(PRODUCT),
      .SUM(SUM),
      .REGISTERED(REGISTERED)
  ) accumulator (
      .clk(clk),
      .reset(reset),
      .advance(advance),
      .in_valid(in_valid),
      .in_last(in_last),
      .in_doubles(1'b0),
      .in_terms(products),
      .in_carries({LANES{1'b0}}),
      .out_valid(out_valid),
      .out_sum(out_sum)
  );
endmodule
