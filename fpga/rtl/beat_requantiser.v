// Requantises a beat of LANES sums with one multiplier for all (FACTOR), one
// sum a cycle: LANES cycles a beat, beats back to back.
//
// SUM  bits of a sum, 17 or more; they hold it times its weight, too
// WEIGHT  bits of a weight that comes with a beat, whose sums count so many
//     times; 0: none comes, all count once. The product is made where
//     requantise adds a bias, which there is none of: it costs no cycle
// SHIFT, FACTOR, OUT_ZERO, OUT_LOW, OUT_HIGH, MULTIPLIER  of requantise
//
// A beat is valid LANES + 5 cycles after its sums came, LANES + 8 with
// MULTIPLIER.
module beat_requantiser #(
    parameter LANES = 4,
    parameter SUM = 24,
    parameter WEIGHT = 0,
    parameter SHIFT = 0,
    parameter FACTOR = 16384,
    parameter OUT_ZERO = 0,
    parameter OUT_LOW = 0,
    parameter OUT_HIGH = 255,
    parameter MULTIPLIER = 1
) (
    input clk,
    input reset,
    input in_valid,
    output in_ready,
    input [LANES*SUM-1:0] in_sums,
    input [(WEIGHT > 0 ? WEIGHT : 1)-1:0] in_weight,  // unsigned
    output reg out_valid,
    input out_ready,
    output [LANES*8-1:0] out_data
);
  function integer ceil_log2(input integer value);
    for (ceil_log2 = 0; (1 << ceil_log2) < value; ceil_log2 = ceil_log2 + 1);
  endfunction
  localparam LEFT = ceil_log2(LANES + 1);
  localparam [31:0] ALL = LANES, BY = SHIFT, TIMES = FACTOR;
  localparam [31:0] ZERO = OUT_ZERO, LOW = OUT_LOW, HIGH = OUT_HIGH;

  // last: at most one sum waits; a beat comes only then, so that it alone
  // chooses what enters waiting.
  reg [LANES*SUM-1:0] waiting;  // the next sum lowest
  reg [LEFT-1:0] left;
  reg last;
  wire ready, value_valid, value_last;
  wire [8:0] value;
  wire feed = left != 0 && ready;
  wire load = in_valid && in_ready;
  wire [LEFT-1:0] fewer = left - 1'b1;
  assign in_ready = last && (left == 0 || ready);
  always @(posedge clk)
    if (reset) begin
      left <= {LEFT{1'b0}};
      last <= 1'b1;
    end else if (load) begin
      left <= ALL[LEFT-1:0];
      last <= LANES == 1;
    end else if (feed) begin
      left <= fewer;
      last <= last || fewer == 1;
    end
  always @(posedge clk)
    if (load || feed) waiting <= last ? in_sums : waiting >> SUM;

  wire [SUM-1:0] sum = waiting[SUM-1:0];
  wire [SUM-1:0] weighted;
  generate
    if (WEIGHT > 0) begin : weights
      reg [WEIGHT-1:0] weight;
      always @(posedge clk) if (load) weight <= in_weight;
      wire [SUM+WEIGHT:0] product;
      if (MULTIPLIER != 0) begin : rows
        multiply_rows #(
            .BITS(SUM),
            .WEIGHT_BITS(WEIGHT + 1)
        ) multiply (
            .value(sum),
            .weight({1'b0, weight}),
            .product(product)
        );
      end else begin : direct
        assign product = $signed(sum) * $signed({1'b0, weight});
      end
      assign weighted = product[SUM-1:0];
      wire unused = &product[SUM+WEIGHT:SUM];
    end else begin : once
      assign weighted = sum;
      wire unused = &in_weight;
    end
  endgenerate

  wire take = out_ready || !out_valid;
  requantise #(
      .SUM(SUM),
      .MULTIPLIER(MULTIPLIER)
  ) requantise (
      .clk(clk),
      .reset(reset),
      .shift(BY[4:0]),
      .zero_point(ZERO[8:0]),
      .lowest(LOW[8:0]),
      .highest(HIGH[8:0]),
      .in_valid(left != 0),
      .in_ready(ready),
      .in_last(last),
      .in_sum(weighted),
      .in_bias({SUM{1'b0}}),
      .in_multiplier(TIMES[15:0]),
      .out_valid(value_valid),
      .out_ready(take),
      .out_last(value_last),
      .out_value(value)
  );
  reg [LANES*8-1:0] values;  // the last one highest
  wire [LANES*8+7:0] next = {value[7:0], values};
  assign out_data = values;
  always @(posedge clk)
    if (reset) out_valid <= 1'b0;
    else if (take) out_valid <= value_valid && value_last;
  always @(posedge clk)
    if (take && value_valid) values <= next[LANES*8+7:8];
  wire unused = &{value[8], next[7:0]};
endmodule
