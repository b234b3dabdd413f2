// The arithmetic of a convolution: words of activations meet their codes, and
// sums become bytes, or LOGITS logits that leave as a stream. Its beats are those of array_fetch with the word
// that was read at their address.
//
// PES, LANES, SUM, TERM, TERMS   as in array_pes
// CODE_WORD bits of an address of the code memory, of CODE_WORDS words (CODES):
//           [PES][LANES] as in ternary_pe, lane 0 of PE 0 lowest
// the rest  as in array_results
module array_convolution #(
    parameter PES = 2,
    parameter LANES = 4,
    parameter SUM = 32,
    parameter TERM = 3,
    parameter TERMS = 1,
    parameter CODE_WORD = 6,
    parameter CODE_WORDS = 64,
    parameter CODES = "",
    parameter LOGITS = 2,
    parameter WORD = 2,
    parameter LANE = 2,
    parameter ADDRESS = 10,
    parameter FILTER = 6,
    parameter DEPTH = 64,
    parameter MULTIPLIER = 1,
    parameter FILTERS = ""
) (
    input clk,
    input reset,
    input write_codes,
    input write_filter,
    input [CODE_WORD-1:0] code_address,
    input [PES*LANES*2-1:0] code_word,
    input [FILTER-1:0] filter_address,
    input [WORD+LANE+49:0] filter_word,
    input start,
    // Of the step; they hold still while beats or sums are inside.
    input in_signed,
    input [8:0] in_zero,
    input [FILTER-1:0] first_filter,
    input [ADDRESS-1:0] out_address,
    input [ADDRESS-1:0] out_step,
    input [4:0] shift,
    input [8:0] zero_point,
    input [8:0] lowest,
    input [8:0] highest,
    input is_logits,
    input in_valid,
    input in_inside,
    input in_first,
    input in_last,
    input [TERM-1:0] in_shift,
    input [CODE_WORD-1:0] in_word,
    input [LANES*8-1:0] in_values,
    output byte_valid,
    output [ADDRESS-1:0] byte_address,
    output [LANE-1:0] byte_lane,
    output [7:0] byte_value,
    input send_logits,  // all are there
    output busy,  // they are being sent: no step may make others
    output out_valid,
    input out_ready,
    output [31:0] out_data,
    output out_last
);
  function integer ceil_log2(input integer value);
    for (ceil_log2 = 0; (1 << ceil_log2) < value; ceil_log2 = ceil_log2 + 1);
  endfunction
  reg valid, first, last;
  reg [TERM-1:0] term_shift;
  reg [LANES*9-1:0] values;  // q - zero point, 0 outside the picture
  always @(posedge clk) begin
    valid <= in_valid && !reset;
    {first, last, term_shift} <= {in_first, in_last, in_shift};
  end
  genvar lane;
  generate
    for (lane = 0; lane < LANES; lane = lane + 1) begin : lanes
      wire [7:0] value = in_values[lane*8+:8];
      always @(posedge clk)
        values[lane*9+:9] <= in_inside
            ? {in_signed && value[7], value} - in_zero : 9'd0;
    end
  endgenerate

  wire [PES*LANES*2-1:0] codes;
  memory #(
      .WORD(PES * LANES * 2),
      .ADDRESS(CODE_WORD),
      .DEPTH(CODE_WORDS),
      .CONTENTS(CODES)
  ) code_words (
      .clk(clk),
      .write_enable(write_codes),
      .write_address(code_address),
      .write_word(code_word),
      .read_enable(in_valid),
      .read_address(in_word),
      .read_word(codes)
  );

  wire sums_valid;
  wire [PES*SUM-1:0] sums;
  array_pes #(
      .PES(PES),
      .LANES(LANES),
      .SUM(SUM),
      .TERM(TERM),
      .TERMS(TERMS)
  ) pes (
      .clk(clk),
      .reset(reset),
      .in_valid(valid),
      .in_first(first),
      .in_last(last),
      .in_shift(term_shift),
      .in_values(values),
      .in_codes(codes),
      .out_valid(sums_valid),
      .out_sums(sums)
  );

  wire logit_valid;
  wire [WORD+LANE-1:0] logit_channel;
  wire [SUM-1:0] logit;
  array_results #(
      .PES(PES),
      .SUM(SUM),
      .WORD(WORD),
      .LANE(LANE),
      .ADDRESS(ADDRESS),
      .FILTER(FILTER),
      .DEPTH(DEPTH),
      .MULTIPLIER(MULTIPLIER),
      .FILTERS(FILTERS)
  ) results (
      .clk(clk),
      .reset(reset),
      .write_enable(write_filter),
      .write_address(filter_address),
      .write_word(filter_word),
      .start(start),
      .first_filter(first_filter),
      .out_address(out_address),
      .out_step(out_step),
      .shift(shift),
      .zero_point(zero_point),
      .lowest(lowest),
      .highest(highest),
      .is_logits(is_logits),
      .in_valid(sums_valid),
      .in_sums(sums),
      .byte_valid(byte_valid),
      .byte_address(byte_address),
      .byte_lane(byte_lane),
      .byte_value(byte_value),
      .logit_valid(logit_valid),
      .logit_channel(logit_channel),
      .logit(logit)
  );

  localparam CHANNEL = LOGITS > 1 ? ceil_log2(LOGITS) : 1;
  array_logits #(
      .LOGITS(LOGITS),
      .CHANNEL(CHANNEL),
      .SUM(SUM)
  ) logits (
      .clk(clk),
      .reset(reset),
      .write_valid(logit_valid),
      .write_channel(logit_channel[CHANNEL-1:0]),
      .write_logit(logit),
      .send(send_logits),
      .busy(busy),
      .out_valid(out_valid),
      .out_ready(out_ready),
      .out_data(out_data),
      .out_last(out_last)
  );
  wire unused = &logit_channel;
endmodule
