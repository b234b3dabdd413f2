// What becomes of a tile's sums, one a cycle: bias, then requantisation and a
// byte of the activation memory, or a logit. A tile lasts PES cycles or more.
//
// Filter memory (FILTERS), one entry for each PE of each tile, in the order in
// which a position's sums come, highest bit first:
//   last        1     of the position
//   living      1     0: no filter, nothing is stored
//   word        WORD  of the output pixel (of a logits step: channel, with lane)
//   lane        LANE
//   multiplier  16    signed
//   bias        32    signed
//
// SUM      bits of a sum, which hold every accumulator with bias and rounding
// WORD, LANE, ADDRESS, FILTER   bits of a pixel's word, of a lane, of addresses
//          of the activation and of the filter memory; DEPTH filters
//
// Latency: the byte of a tile's first sum is valid 6 cycles after the sums, 9
// with MULTIPLIER; a logit 2 cycles.
module array_results #(
    parameter PES = 4,
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
    input [WORD+LANE+49:0] write_word,
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
    output byte_valid,
    output [ADDRESS-1:0] byte_address,
    output [LANE-1:0] byte_lane,
    output [7:0] byte_value,
    output reg logit_valid,
    output reg [WORD+LANE-1:0] logit_channel,
    output reg [SUM-1:0] logit
);
  function integer ceil_log2(input integer value);
    for (ceil_log2 = 0; (1 << ceil_log2) < value; ceil_log2 = ceil_log2 + 1);
  endfunction
  localparam COUNT = ceil_log2(PES + 1);
  localparam [31:0] REST = PES - 1;

  // The sums of a tile leave in turn, PE 0 first.
  reg [PES*SUM-1:0] sums;
  reg [COUNT-1:0] rest;  // after the one at the bottom
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
    if (PES == 1) begin : one
      always @(posedge clk) if (in_valid) sums <= in_sums;
    end else begin : several
      always @(posedge clk)
        if (in_valid) sums <= in_sums;
        else sums[(PES-1)*SUM-1:0] <= sums[PES*SUM-1:SUM];
    end
  endgenerate

  wire filter_last, living;
  wire [WORD-1:0] word;
  wire [LANE-1:0] lane;
  wire [15:0] multiplier;
  wire [31:0] bias;
  reg [FILTER-1:0] filter;  // to be read next, unless the position ends
  wire wraps = valid && filter_last;
  wire [FILTER-1:0] read_filter = wraps ? first_filter : filter;
  always @(posedge clk)
    if (start) filter <= first_filter;
    else filter <= next ? read_filter + 1'b1 : read_filter;
  memory #(
      .WORD(2 + WORD + LANE + 16 + 32),
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
      .read_word({filter_last, living, word, lane, multiplier, bias})
  );
  generate
    if (SUM < 32) begin : narrower
      wire unused = &bias[31:SUM];
    end
  endgenerate

  // The exact accumulator, and where its byte goes.
  reg [ADDRESS-1:0] pixel;
  reg taken;
  reg [ADDRESS-1:0] address;
  reg [LANE-1:0] at_lane;
  reg [15:0] factor;
  always @(posedge clk) begin
    if (start) pixel <= out_address;
    else if (wraps) pixel <= pixel + out_step;
    taken <= valid && living && !is_logits && !reset;
    address <= pixel + {{ADDRESS - WORD{1'b0}}, word};
    at_lane <= lane;
    factor <= multiplier;
    logit_valid <= valid && living && is_logits && !reset;
    logit_channel <= {word, lane};
    logit <= sums[SUM-1:0] + bias[SUM-1:0];
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
      .in_sum(logit),
      .in_bias({SUM{1'b0}}),
      .in_multiplier(factor),
      .out_valid(byte_valid),
      .out_ready(1'b1),
      .out_last(out_last),
      .out_value({sign, byte_value})
  );
  wire unused = &{in_ready, out_last, sign};

  delay_line #(
      .WIDTH(ADDRESS + LANE),
      .CYCLES(MULTIPLIER != 0 ? 7 : 4)  // requantise's latency
  ) places (
      .clk(clk),
      .in({address, at_lane}),
      .out({byte_address, byte_lane})
  );
endmodule
