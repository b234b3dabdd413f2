// Add of two values of the activation memory, or a Relu that stands alone (b =
// a with multiplier 0), as in docs/integer_arithmetic.md, VALUES lanes a cycle:
//   term = ((q - zero_point) * multiplier + 2^7) >> 8
//   q    = clamp(round((term a + term b) / 2^shift) + zero_point, low, high)
// which is that page's with the 7 bits by which 8-bit values move taken out of
// both shifts. A fused Relu is lowest = zero point of the output.
//
// LANES    of a word; VALUES divides it
// ADDRESS  bits of addresses; out may be a or b
//
// A step takes max(2, LANES / VALUES) cycles a word, the first one cycle after
// start. read_word comes one cycle after read_address. The last lanes of a word
// are stored LANES / VALUES + 7 cycles after the word's first cycle.
module array_add #(
    parameter LANES = 4,
    parameter VALUES = 1,
    parameter ADDRESS = 10,
    parameter MULTIPLIER = 1  // as in dense_pe
) (
    input clk,
    input reset,
    input start,
    // Of the step; they hold still while values are inside.
    input [ADDRESS-1:0] a_address,
    input [ADDRESS-1:0] b_address,
    input [ADDRESS-1:0] out_address,
    input [ADDRESS-1:0] last_word,  // words - 1
    input a_signed,
    input b_signed,
    input [8:0] a_zero_point,
    input [8:0] b_zero_point,
    input [15:0] a_multiplier,
    input [15:0] b_multiplier,
    input [4:0] shift,  // at most 16
    input signed [8:0] zero_point,
    input signed [8:0] lowest,
    input signed [8:0] highest,
    output ends,
    output read_enable,
    output [ADDRESS-1:0] read_address,
    input [LANES*8-1:0] read_word,
    output [LANES-1:0] write_lanes,
    output [ADDRESS-1:0] write_address,
    output [LANES*8-1:0] write_word
);
  function integer ceil_log2(input integer value);
    for (ceil_log2 = 0; (1 << ceil_log2) < value; ceil_log2 = ceil_log2 + 1);
  endfunction
  localparam SLICES = LANES / VALUES;
  localparam PERIOD = SLICES > 2 ? SLICES : 2;
  localparam PHASE = ceil_log2(PERIOD);
  localparam [31:0] LAST_PHASE = PERIOD - 1;
  localparam PART = VALUES * 8;

  // Cycle 0 of a word reads a, cycle 1 b.
  reg busy;
  reg [PHASE-1:0] phase;
  reg [ADDRESS-1:0] word;
  wire phase_ends = phase == LAST_PHASE[PHASE-1:0];
  wire at_0 = busy && phase == {PHASE{1'b0}};
  wire at_1 = busy && phase == {{PHASE - 1{1'b0}}, 1'b1};
  assign ends = busy && phase_ends && word == last_word;
  assign read_enable = at_0 || at_1;
  assign read_address = (at_0 ? a_address : b_address) + word;
  always @(posedge clk)
    if (reset) busy <= 1'b0;
    else busy <= start || (busy && !ends);
  always @(posedge clk)
    if (start) begin
      phase <= {PHASE{1'b0}};
      word <= {ADDRESS{1'b0}};
    end else if (busy) begin
      phase <= phase_ends ? {PHASE{1'b0}} : phase + 1'b1;
      if (phase_ends) word <= word + 1'b1;
    end

  // Slices: a leaves its register from cycle 2 on, b from cycle 3.
  reg [1:0] loads;  // a word of a, of b, is at read_word
  always @(posedge clk) loads <= {at_1, at_0} & {2{!reset}};
  reg [LANES*8-1:0] a, b;
  generate
    if (SLICES == 1) begin : whole
      always @(posedge clk) begin
        if (loads[0]) a <= read_word;
        if (loads[1]) b <= read_word;
      end
    end else begin : sliced
      always @(posedge clk) begin
        if (loads[0]) a <= read_word;
        else a[LANES*8-PART-1:0] <= a[LANES*8-1:PART];
        if (loads[1]) b <= read_word;
        else b[LANES*8-PART-1:0] <= b[LANES*8-1:PART];
      end
    end
  endgenerate

  // Which slices are real, and where they go: those of b, in cycle 3 first.
  localparam DELAY = 5;  // of a slice of b, to its result
  reg [SLICES-1:0] slice;  // one bit is high while a slice of b leaves
  reg [ADDRESS-1:0] out_word;
  wire [SLICES:0] moved = {slice, loads[1]};
  wire unused = moved[SLICES];
  always @(posedge clk) slice <= moved[SLICES-1:0] & {SLICES{!reset}};
  reg [DELAY*SLICES-1:0] slices;
  always @(posedge clk)
    slices <= {slices[(DELAY-1)*SLICES-1:0], slice & {SLICES{!reset}}};
  wire [SLICES-1:0] stored = slices[(DELAY-1)*SLICES+:SLICES];
  always @(posedge clk)
    if (start) out_word <= out_address;
    else if (stored[SLICES-1]) out_word <= out_word + 1'b1;
  assign write_address = out_word;

  wire [PART-1:0] results;
  assign write_word = {SLICES{results}};
  genvar i;
  generate
    for (i = 0; i < SLICES; i = i + 1) begin : enables
      assign write_lanes[i*VALUES+:VALUES] = {VALUES{stored[i]}};
    end
    for (i = 0; i < VALUES; i = i + 1) begin : values
      reg [7:0] a_value;  // now beside b's
      always @(posedge clk) a_value <= a[i*8+:8];
      wire [15:0] a_term, b_term;
      array_term #(
          .MULTIPLIER(MULTIPLIER)
      ) term_a (
          .clk(clk),
          .value({a_signed && a_value[7], a_value}),
          .zero_point(a_zero_point),
          .multiplier(a_multiplier),
          .term(a_term)
      );
      array_term #(
          .MULTIPLIER(MULTIPLIER)
      ) term_b (
          .clk(clk),
          .value({b_signed && b[i*8+7], b[i*8+:8]}),
          .zero_point(b_zero_point),
          .multiplier(b_multiplier),
          .term(b_term)
      );
      reg [15:0] sum, rounded;
      wire [15:0] shifted;
      rounding_shift #(
          .IN(17),
          .OUT(16)
      ) round (
          .shift(shift),
          .value({sum[15], sum}),
          .result(shifted)
      );
      wire [8:0] clamped;
      clamp_output #(
          .IN(16),
          .OUT(9)
      ) clamp (
          .value(rounded),
          .zero_point(zero_point),
          .lowest(lowest),
          .highest(highest),
          .result(clamped)
      );
      reg [7:0] result;
      always @(posedge clk) begin
        sum <= a_term + b_term;
        rounded <= shifted;
        result <= clamped[7:0];
      end
      wire unused_sign = clamped[8];
      assign results[i*8+:8] = result;
    end
  endgenerate
endmodule
