// A whole network on one array of PES x LANES PEs: the steps of the step memory,
// one after another, from activation memory to activation memory. Pictures come
// in a pixel a beat, logits leave 32 bits a beat, in the order of the classes.
//
// Step memory (STEPS), highest bit first; all addresses are of words of LANES
// bytes, and wrap:
//   last 1, logits 1      as in array_sequencer
//   kind 2                0 picture, 1 convolution (and average pool), 2 max
//                         pool, 3 add
//   in_signed 1, in_zero 9, b_signed 1, b_zero 9   of the inputs
//   shift 5, zero 9, lowest 9, highest 9           of the output
//   has_table 1, table TABLE    the output's bytes go through a table
//   out ADDRESS, out_step ADDRESS   the first output pixel, and to the next
//   filter FILTER         first entry of the filter memory
//   corner, column_step, row_step ADDRESS each, first_row, first_column,
//   row_stride, column_stride, last_out_row, last_out_column, height, width
//   PLACE each, first_word, last_word WORD each, sweeps 1, last_tap_row,
//   last_tap_column PLACE each, tap_step, tap_row_step ADDRESS each
//                         as in array_fetch; an add has its inputs at corner
//                         and column_step; an add and a picture have in
//                         row_step their words and their rows, less one
//   a_multiplier 16, b_multiplier 16   of an add
// The other memories: codes [PES][LANES] as in ternary_pe (CODES), PLACES as in
// array_fetch, FILTERS as in array_results, TABLES blocks of 256 bytes, those of
// the picture's channels first (CONTENTS of TABLE_BYTES).
//
// Configuration bus: config_address is {memory 4, word 20, part 8}; memory 0 is
// codes, 1 places, 2 filters, 3 tables.
//
// Cycles of a step, from one step's start to the next's:
//   picture       rows * (LEFT + WIDTH + RIGHT) * COPIES * CHANNELS + 1, if the
//                 beats wait
//   convolution   positions * words, of a sweep times its taps
//   max pool      positions * words * taps
//   add           words * max(2, LANES / VALUES)
// and DRAIN + 2 = PES + ceil(log2(LANES)) + TERMS + 12 each; no more, unless the
// logits of the picture before are still being sent.
module array #(
    parameter PES = 2,
    parameter LANES = 4,
    parameter VALUES = 1,  // lanes a cycle of an add
    parameter CHANNELS = 1,  // of a picture, as in array_input
    parameter WIDTH = 4,
    parameter LEFT = 0,
    parameter RIGHT = 0,
    parameter COPIES = 1,
    parameter LOGITS = 2,
    parameter SUM = 32,
    parameter HAS_MAX = 1,  // 0: no step is a max pool
    parameter HAS_ADD = 1,
    parameter TERMS = 1,  // 0: no shift of a word is used
    parameter MULTIPLIER = 1,  // as in dense_pe
    parameter ADDRESS = 6,
    parameter DEPTH = 64,
    parameter WORD = 6,
    parameter WORDS = 64,
    parameter PLACE = 4,
    parameter TAP = 2,
    parameter OFFSET = 4,
    parameter TERM = 3,
    parameter FILTER = 4,
    parameter FILTER_DEPTH = 16,
    parameter PIXEL_WORD = 2,  // bits of a word of a pixel
    parameter LANE = 2,
    parameter TABLE = 1,
    parameter TABLES = 2,
    parameter STEP = 2,
    parameter STEP_DEPTH = 4,
    parameter STEPS = "",
    parameter PLACES = "",
    parameter CODES = "",
    parameter FILTERS = "",
    parameter TABLE_BYTES = ""
) (
    input clk,
    input reset,
    input config_valid,
    input [31:0] config_address,
    input [31:0] config_data,
    input in_valid,
    output in_ready,
    input [CHANNELS*8-1:0] in_data,
    output out_valid,
    input out_ready,
    output [31:0] out_data,
    output out_last
);
  function integer ceil_log2(input integer value);
    for (ceil_log2 = 0; (1 << ceil_log2) < value; ceil_log2 = ceil_log2 + 1);
  endfunction
  localparam HAS_TERMS = TERMS != 0 ? 1 : 0;
  localparam DRAIN = PES + ceil_log2(LANES) + HAS_TERMS + 10;
  localparam STEP_WIDTH = 90 + TABLE + 7 * ADDRESS + FILTER + 10 * PLACE
      + 2 * WORD;
  localparam [1:0] PICTURE = 2'd0, CONVOLUTION = 2'd1, MAX = 2'd2, ADD = 2'd3;

  wire start, ends, logits_busy, logits_end;
  wire [STEP_WIDTH-1:0] step;
  array_sequencer #(
      .WIDTH(STEP_WIDTH),
      .STEP(STEP),
      .DEPTH(STEP_DEPTH),
      .DRAIN(DRAIN),
      .STEPS(STEPS)
  ) sequencer (
      .clk(clk),
      .reset(reset),
      .blocked(logits_busy),
      .ends(ends),
      .start(start),
      .step(step),
      .logits_end(logits_end)
  );
  wire unused_last, is_logits, in_signed, b_signed, has_table, sweeps;
  wire [1:0] kind;
  wire [8:0] in_zero, b_zero, zero, lowest, highest;
  wire [4:0] shift;
  wire [TABLE-1:0] table_index;
  wire [ADDRESS-1:0] out, out_step, corner, column_step, row_step;
  wire [ADDRESS-1:0] tap_step, tap_row_step;
  wire [FILTER-1:0] filter;
  wire [PLACE-1:0] first_row, first_column, row_stride, column_stride;
  wire [PLACE-1:0] last_out_row, last_out_column, height, width;
  wire [PLACE-1:0] last_tap_row, last_tap_column;
  wire [WORD-1:0] first_word, last_word;
  wire [15:0] a_multiplier, b_multiplier;
  assign {unused_last, is_logits, kind, in_signed, in_zero, b_signed, b_zero,
      shift, zero, lowest, highest, has_table, table_index, out, out_step,
      filter, corner, column_step, row_step, first_row, first_column,
      row_stride, column_stride, last_out_row, last_out_column, height, width,
      first_word, last_word, sweeps, last_tap_row, last_tap_column, tap_step,
      tap_row_step, a_multiplier, b_multiplier} = step;
  wire is_picture = kind == PICTURE, is_convolution = kind == CONVOLUTION;
  wire is_max = kind == MAX, is_add = kind == ADD;

  wire [3:0] config_memory = config_address[31:28];
  wire [19:0] config_word = config_address[27:8];
  wire [7:0] config_part = config_address[7:0];
  wire unused_bits = &{config_word, logit_channel};

  // The picture.
  wire picture_ends, picture_valid, picture_padding;
  wire [ADDRESS-1:0] picture_place;
  wire [LANE-1:0] picture_lane;
  wire [TABLE-1:0] picture_channel;
  wire [7:0] picture_byte;
  array_input #(
      .CHANNELS(CHANNELS),
      .WIDTH(WIDTH),
      .LEFT(LEFT),
      .RIGHT(RIGHT),
      .COPIES(COPIES),
      .LANES(LANES),
      .ADDRESS(ADDRESS),
      .CHANNEL(TABLE),
      .LANE(LANE)
  ) picture (
      .clk(clk),
      .reset(reset),
      .start(start && is_picture),
      .out_address(out),
      .last_row(row_step),
      .ends(picture_ends),
      .in_valid(in_valid),
      .in_ready(in_ready),
      .in_data(in_data),
      .out_valid(picture_valid),
      .out_padding(picture_padding),
      .out_place(picture_place),
      .out_lane(picture_lane),
      .out_channel(picture_channel),
      .out_byte(picture_byte)
  );

  // Reads of windows.
  wire walk_ends, fetch_valid, fetch_inside, fetch_first, fetch_last;
  wire [ADDRESS-1:0] fetch_address;
  wire [WORD-1:0] fetch_word;
  wire [TERM-1:0] fetch_shift;
  array_fetch #(
      .ADDRESS(ADDRESS),
      .WORD(WORD),
      .PLACE(PLACE),
      .TAP(TAP),
      .OFFSET(OFFSET),
      .TERM(TERM),
      .DEPTH(WORDS),
      .PLACES(PLACES)
  ) fetch (
      .clk(clk),
      .reset(reset),
      .config_valid(config_valid && config_memory == 4'd1),
      .config_part(config_part),
      .config_address(config_word[WORD-1:0]),
      .config_data(config_data),
      .start(start && (is_convolution || is_max)),
      .corner(corner),
      .column_step(column_step),
      .row_step(row_step),
      .first_row(first_row),
      .first_column(first_column),
      .row_stride(row_stride),
      .column_stride(column_stride),
      .last_out_row(last_out_row),
      .last_out_column(last_out_column),
      .height(height),
      .width(width),
      .first_word(first_word),
      .last_word(last_word),
      .sweeps(sweeps),
      .last_tap_row(last_tap_row),
      .last_tap_column(last_tap_column),
      .tap_step(tap_step),
      .tap_row_step(tap_row_step),
      .ends(walk_ends),
      .out_valid(fetch_valid),
      .out_address(fetch_address),
      .out_word(fetch_word),
      .out_inside(fetch_inside),
      .out_first(fetch_first),
      .out_last(fetch_last),
      .out_shift(fetch_shift)
  );

  // The activation memory; one cycle after a read, what belongs to it.
  wire add_reads, add_ends;
  wire [ADDRESS-1:0] add_address;
  wire [LANES*8-1:0] word;
  wire [LANES-1:0] write_lanes;
  wire [ADDRESS-1:0] write_address;
  wire [LANES*8-1:0] write_word;
  array_memory #(
      .LANES(LANES),
      .ADDRESS(ADDRESS),
      .DEPTH(DEPTH)
  ) memory (
      .clk(clk),
      .write_lanes(write_lanes),
      .write_address(write_address),
      .write_word(write_word),
      .read_enable(fetch_valid || add_reads),
      .read_address(add_reads ? add_address : fetch_address),
      .read_word(word)
  );
  reg beat_valid, beat_inside, beat_first, beat_last;
  reg [TERM-1:0] beat_shift;
  reg [WORD-1:0] beat_word;
  always @(posedge clk) begin
    beat_valid <= fetch_valid && !reset;
    {beat_inside, beat_first, beat_last} <=
        {fetch_inside, fetch_first, fetch_last};
    beat_shift <= fetch_shift;
    beat_word <= fetch_word;
  end

  // Convolutions: centred values meet their codes.
  reg pe_valid, pe_first, pe_last;
  reg [TERM-1:0] pe_shift;
  reg [LANES*9-1:0] values;
  wire [PES*LANES*2-1:0] codes;
  always @(posedge clk) begin
    pe_valid <= beat_valid && is_convolution && !reset;
    {pe_first, pe_last, pe_shift} <= {beat_first, beat_last, beat_shift};
  end
  genvar lane;
  generate
    for (lane = 0; lane < LANES; lane = lane + 1) begin : lanes
      wire [7:0] value = word[lane*8+:8];
      always @(posedge clk)
        values[lane*9+:9] <= beat_inside
            ? {in_signed && value[7], value} - in_zero : 9'd0;
    end
  endgenerate
  array_store #(
      .WIDTH(PES * LANES * 2),
      .ADDRESS(WORD),
      .DEPTH(WORDS),
      .CONTENTS(CODES)
  ) code_words (
      .clk(clk),
      .config_valid(config_valid && config_memory == 4'd0),
      .config_part(config_part),
      .config_address(config_word[WORD-1:0]),
      .config_data(config_data),
      .read_enable(beat_valid),
      .read_address(beat_word),
      .read_word(codes)
  );
  wire sums_valid;
  wire [PES*SUM-1:0] sums;
  array_pes #(
      .PES(PES),
      .LANES(LANES),
      .SUM(SUM),
      .TERM(TERM),
      .TERMS(HAS_TERMS)
  ) pes (
      .clk(clk),
      .reset(reset),
      .in_valid(pe_valid),
      .in_first(pe_first),
      .in_last(pe_last),
      .in_shift(pe_shift),
      .in_values(values),
      .in_codes(codes),
      .out_valid(sums_valid),
      .out_sums(sums)
  );
  wire result_valid, logit_valid;
  wire [ADDRESS-1:0] result_address;
  wire [LANE-1:0] result_lane;
  wire [7:0] result;
  localparam LOGIT = LOGITS > 1 ? ceil_log2(LOGITS) : 1;
  wire [PIXEL_WORD+LANE-1:0] logit_channel;
  wire [SUM-1:0] logit;
  array_results #(
      .PES(PES),
      .SUM(SUM),
      .WORD(PIXEL_WORD),
      .LANE(LANE),
      .ADDRESS(ADDRESS),
      .FILTER(FILTER),
      .DEPTH(FILTER_DEPTH),
      .FILTERS(FILTERS)
  ) results (
      .clk(clk),
      .reset(reset),
      .config_valid(config_valid && config_memory == 4'd2),
      .config_part(config_part),
      .config_address(config_word[FILTER-1:0]),
      .config_data(config_data),
      .start(start),
      .first_filter(filter),
      .out_address(out),
      .out_step(out_step),
      .shift(shift),
      .zero_point(zero),
      .lowest(lowest),
      .highest(highest),
      .is_logits(is_logits),
      .in_valid(sums_valid),
      .in_sums(sums),
      .byte_valid(result_valid),
      .byte_address(result_address),
      .byte_lane(result_lane),
      .byte_value(result),
      .logit_valid(logit_valid),
      .logit_channel(logit_channel),
      .logit(logit)
  );
  array_logits #(
      .LOGITS(LOGITS),
      .CHANNEL(LOGIT),
      .SUM(SUM)
  ) logits (
      .clk(clk),
      .reset(reset),
      .write_valid(logit_valid),
      .write_channel(logit_channel[LOGIT-1:0]),
      .write_logit(logit),
      .send(logits_end),
      .busy(logits_busy),
      .out_valid(out_valid),
      .out_ready(out_ready),
      .out_data(out_data),
      .out_last(out_last)
  );

  // Bytes of the picture and of convolutions: tables, then their lane.
  wire is_padding = picture_valid && picture_padding;
  wire [7:0] byte_in = is_padding ? zero[7:0]
      : picture_valid ? picture_byte : result;
  reg byte_valid, byte_has_table;
  reg [7:0] byte_direct;
  reg [ADDRESS-1:0] byte_address;
  reg [LANE-1:0] byte_lane;
  wire [7:0] byte_table;
  array_store #(
      .WIDTH(8),
      .ADDRESS(TABLE + 8),
      .DEPTH(TABLES * 256),
      .CONTENTS(TABLE_BYTES)
  ) tables (
      .clk(clk),
      .config_valid(config_valid && config_memory == 4'd3),
      .config_part(config_part),
      .config_address(config_word[TABLE+7:0]),
      .config_data(config_data),
      .read_enable(1'b1),
      .read_address({picture_valid ? picture_channel : table_index, byte_in}),
      .read_word(byte_table)
  );
  always @(posedge clk) begin
    byte_valid <= (picture_valid || result_valid) && !reset;
    byte_has_table <= (picture_valid || has_table) && !is_padding;
    byte_direct <= byte_in;
    byte_address <= picture_valid ? picture_place : result_address;
    byte_lane <= picture_valid ? picture_lane : result_lane;
  end
  wire [7:0] stored_byte = byte_has_table ? byte_table : byte_direct;
  wire [LANES-1:0] one_lane = {{LANES - 1{1'b0}}, byte_valid} << byte_lane;

  // Max pools, whose words come in the order of their addresses.
  wire max_valid;
  wire [ADDRESS-1:0] max_address;
  wire [LANES*8-1:0] max_word;
  generate
    if (HAS_MAX != 0) begin : max
      array_max #(
          .LANES(LANES)
      ) largest (
          .clk(clk),
          .reset(reset),
          .is_signed(in_signed),
          .in_valid(beat_valid && is_max),
          .in_first(beat_first),
          .in_last(beat_last),
          .in_inside(beat_inside),
          .in_word(word),
          .out_valid(max_valid),
          .out_word(max_word)
      );
      reg [ADDRESS-1:0] address;
      always @(posedge clk)
        if (start) address <= out;
        else if (max_valid) address <= address + 1'b1;
      assign max_address = address;
    end else begin : no_max
      assign max_valid = 1'b0;
      assign max_address = {ADDRESS{1'b0}};
      assign max_word = {LANES * 8{1'b0}};
    end
  endgenerate

  wire [LANES-1:0] add_lanes;
  wire [ADDRESS-1:0] sum_address;
  wire [LANES*8-1:0] sum_word;
  generate
    if (HAS_ADD != 0) begin : add
      array_add #(
          .LANES(LANES),
          .VALUES(VALUES),
          .ADDRESS(ADDRESS),
          .MULTIPLIER(MULTIPLIER)
      ) residual (
          .clk(clk),
          .reset(reset),
          .start(start && is_add),
          .a_address(corner),
          .b_address(column_step),
          .out_address(out),
          .last_word(row_step),
          .a_signed(in_signed),
          .b_signed(b_signed),
          .a_zero_point(in_zero),
          .b_zero_point(b_zero),
          .a_multiplier(a_multiplier),
          .b_multiplier(b_multiplier),
          .shift(shift),
          .zero_point(zero),
          .lowest(lowest),
          .highest(highest),
          .ends(add_ends),
          .read_enable(add_reads),
          .read_address(add_address),
          .read_word(word),
          .write_lanes(add_lanes),
          .write_address(sum_address),
          .write_word(sum_word)
      );
    end else begin : no_add
      assign {add_ends, add_reads} = 2'b0;
      assign {add_address, sum_address} = {2 * ADDRESS{1'b0}};
      assign add_lanes = {LANES{1'b0}};
      assign sum_word = {LANES * 8{1'b0}};
      wire unused = &{is_add, b_signed, b_zero, a_multiplier, b_multiplier};
    end
  endgenerate

  assign ends = picture_ends || walk_ends || add_ends;
  assign write_lanes = one_lane | {LANES{max_valid}} | add_lanes;
  assign write_address = byte_valid ? byte_address
      : max_valid ? max_address : sum_address;
  assign write_word = byte_valid ? {LANES{stored_byte}}
      : max_valid ? max_word : sum_word;
endmodule
