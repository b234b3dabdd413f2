// What becomes of a tile's sums, REQUANTISERS a cycle: bias, then requantisation
// and bytes of one word of the activation memory, or a logit. A tile lasts
// PES / REQUANTISERS cycles or more.
//
// Filter memory (FILTERS), an entry for each such cycle of each tile, in the
// order of a position's sums, PE 0 first; highest bit first:
//   last        1     of the position
//   word        WORD  of the output pixel (of a logits step: channel, with lane)
// and for each requantiser, the last one highest:
//   living      1     0: no filter, nothing is stored
//   lane        LANE
//   multiplier  16    signed
//   bias        32    signed
// Logits, and bytes that go through a table, come from requantiser 0 alone.
//
// SUM      bits of a sum, which hold every accumulator with bias and rounding
// WORD, LANE, ADDRESS, FILTER   bits of a pixel's word, of a lane, of addresses
//          of the activation and of the filter memory, which has DEPTH entries
//
// Latency: the bytes of a tile's first sums are valid 6 cycles after the sums, 9
// with MULTIPLIER; a logit 2 cycles.
module array_results #(
    parameter PES = 4,
    parameter REQUANTISERS = 2,
    parameter SUM = 32,
    parameter WORD = 2,
    parameter LANE = 2,
    parameter ADDRESS = 10,
    parameter FILTER = 6,
    parameter DEPTH = 64,
    parameter MULTIPLIER = 1,  // as in requantise
    parameter FILTERS = ""
) (
    input clk,
    input reset,
    input write_enable,  // of the filter memory
    input [FILTER-1:0] write_address,
    input [WORD+REQUANTISERS*(LANE+49):0] write_word,
    input start,
    // Of the step; they hold still while sums are inside.
    input [FILTER-1:0] first_filter,
    input [ADDRESS-1:0] out_address,  // of the first output pixel
    input [ADDRESS-1:0] out_step,  // to the next
    input [4:0] shift,
    input signed [8:0] zero_point,
    input signed [8:0] lowest,
    input signed [8:0] highest,
    input is_logits,
    input in_valid,
    input [PES*SUM-1:0] in_sums,
    output [REQUANTISERS-1:0] byte_valid,
    output [ADDRESS-1:0] byte_address,
    output [REQUANTISERS*LANE-1:0] byte_lanes,
    output [REQUANTISERS*8-1:0] byte_values,
    output reg logit_valid,
    output reg [WORD+LANE-1:0] logit_channel,
    output [SUM-1:0] logit
);
  function integer ceil_log2(input integer value);
    for (ceil_log2 = 0; (1 << ceil_log2) < value; ceil_log2 = ceil_log2 + 1);
  endfunction
  localparam SLOTS = PES / REQUANTISERS;
  localparam COUNT = ceil_log2(SLOTS + 1);
  localparam [31:0] REST = SLOTS - 1;
  localparam SLOT = REQUANTISERS * SUM;
  localparam FIELD = LANE + 49;
  localparam DELAY = MULTIPLIER != 0 ? 7 : 4;  // requantise's latency

  // The sums of a tile leave in turn, PE 0 first.
  reg [PES*SUM-1:0] sums;
  reg [COUNT-1:0] rest;  // cycles after this one
  reg valid;
  wire more = rest != {COUNT{1'b0}};
  wire next = in_valid || more;
  always @(posedge clk) begin
    valid <= next && !reset;
    if (reset) rest <= {COUNT{1'b0}};
    else if (in_valid) rest <= REST[COUNT-1:0];
    else if (more) rest <= rest - 1'b1;
  end
  generate
    if (SLOTS == 1) begin : one
      always @(posedge clk) if (in_valid) sums <= in_sums;
    end else begin : several
      always @(posedge clk)
        if (in_valid) sums <= in_sums;
        else sums[(SLOTS-1)*SLOT-1:0] <= sums[PES*SUM-1:SLOT];
    end
  endgenerate

  wire filter_last;
  wire [WORD-1:0] word;
  wire [REQUANTISERS*FIELD-1:0] fields;
  reg [FILTER-1:0] filter;  // to be read next, unless the position ends
  wire wraps = valid && filter_last;
  wire [FILTER-1:0] read_filter = wraps ? first_filter : filter;
  always @(posedge clk)
    if (start) filter <= first_filter;
    else filter <= next ? read_filter + 1'b1 : read_filter;
  memory #(
      .WORD(1 + WORD + REQUANTISERS * FIELD),
      .ADDRESS(FILTER),
      .DEPTH(DEPTH),
      .CONTENTS(FILTERS)
  ) filters (
      .clk(clk),
      .write_enable(write_enable),
      .write_address(write_address),
      .write_word(write_word),
      .read_enable(next),
      .read_address(read_filter),
      .read_word({filter_last, word, fields})
  );

  reg [ADDRESS-1:0] pixel, address;
  always @(posedge clk) begin
    if (start) pixel <= out_address;
    else if (wraps) pixel <= pixel + out_step;
    address <= pixel + {{ADDRESS - WORD{1'b0}}, word};
    logit_valid <= valid && fields[FIELD-1] && is_logits && !reset;
    logit_channel <= {word, fields[FIELD-2-:LANE]};
  end
  delay_line #(
      .WIDTH(ADDRESS),
      .CYCLES(DELAY)
  ) addresses (
      .clk(clk),
      .in(address),
      .out(byte_address)
  );

  wire [REQUANTISERS*SUM-1:0] accumulators;
  assign logit = accumulators[SUM-1:0];
  genvar i;
  generate
    for (i = 0; i < REQUANTISERS; i = i + 1) begin : requantisers
      wire living;
      wire [LANE-1:0] lane;
      wire [15:0] multiplier;
      wire [31:0] bias;
      assign {living, lane, multiplier, bias} = fields[i*FIELD+:FIELD];
      reg taken;
      reg [LANE-1:0] at_lane;
      reg [15:0] factor;
      reg [SUM-1:0] accumulator;
      assign accumulators[i*SUM+:SUM] = accumulator;
      always @(posedge clk) begin
        taken <= valid && living && !is_logits && !reset;
        at_lane <= lane;
        factor <= multiplier;
        accumulator <= sums[i*SUM+:SUM] + bias[SUM-1:0];
      end
      wire in_ready, out_last, sign;
      requantise #(
          .SUM(SUM),
          .OUT(9),
          .MULTIPLIER(MULTIPLIER)
      ) requantise (
          .clk(clk),
          .reset(reset),
          .shift(shift),
          .zero_point(zero_point),
          .lowest(lowest),
          .highest(highest),
          .in_valid(taken),
          .in_ready(in_ready),
          .in_last(1'b0),
          .in_sum(accumulator),
          .in_bias({SUM{1'b0}}),
          .in_multiplier(factor),
          .out_valid(byte_valid[i]),
          .out_ready(1'b1),
          .out_last(out_last),
          .out_value({sign, byte_values[i*8+:8]})
      );
      delay_line #(
          .WIDTH(LANE),
          .CYCLES(DELAY)
      ) lanes (
          .clk(clk),
          .in(at_lane),
          .out(byte_lanes[i*LANE+:LANE])
      );
      wire unused = &{in_ready, out_last, sign, bias};
    end
  endgenerate
  wire unused = &{accumulators, fields};
endmodule
