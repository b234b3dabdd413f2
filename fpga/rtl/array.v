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
//   a_multiplier 16, b_multiplier 16   of an add
//   window                as in array_fetch; an add has its inputs at corner and
//                         column_step; an add and a picture have in row_step
//                         their words and their rows, less one
// The other memories: codes [PES][LANES] as in ternary_pe (CODES), PLACES as in
// array_fetch, FILTERS as in array_results, TABLES blocks of 256 bytes, those of
// the picture's channels first (CONTENTS of TABLE_BYTES).
//
// Configuration bus, as in config_writer, of stage 0: memory 0 is the codes, 1
// the places, 2 the filters, 3 the tables; all but the codes are two parts a
// word. It reaches the first 65,536 words.
//
// Cycles of a step, from one step's start to the next's:
//   picture       rows * (LEFT + WIDTH + RIGHT) * COPIES * CHANNELS + 1, if the
//                 beats wait
//   convolution   positions * words, of a sweep times its taps
//   max pool      positions * words * taps
//   add           words * max(2, LANES / VALUES)
// and DRAIN + 2 = PES + ceil(log2(LANES)) + TERMS + 12 each, 15 for 12 with
// MULTIPLIER; no more, unless the logits of the picture before are still being
// sent.
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
    input config_select,
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
  localparam DRAIN = PES + ceil_log2(LANES) + HAS_TERMS
      + (MULTIPLIER != 0 ? 13 : 10);
  localparam WINDOW = 5 * ADDRESS + 10 * PLACE + 2 * WORD + 1;
  localparam STEP_WIDTH = 89 + TABLE + 2 * ADDRESS + FILTER + WINDOW;
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
  wire unused_last, is_logits, in_signed, b_signed, has_table;
  wire [1:0] kind;
  wire [8:0] in_zero, b_zero, zero, lowest, highest;
  wire [4:0] shift;
  wire [TABLE-1:0] table_index;
  wire [ADDRESS-1:0] out, out_step, corner, column_step, row_step;
  wire [FILTER-1:0] filter;
  wire [WINDOW-1:0] window;
  wire [15:0] a_multiplier, b_multiplier;
  assign {unused_last, is_logits, kind, in_signed, in_zero, b_signed, b_zero,
      shift, zero, lowest, highest, has_table, table_index, out, out_step,
      filter, a_multiplier, b_multiplier, window} = step;
  assign {corner, column_step, row_step} = window[WINDOW-1-:3*ADDRESS];
  wire is_picture = kind == PICTURE, is_convolution = kind == CONVOLUTION;
  wire is_max = kind == MAX, is_add = kind == ADD;

  // The configuration bus; a word lies in the highest parts of written.
  localparam CODE_PARTS = (PES * LANES * 2 + 31) / 32;
  localparam PARTS = CODE_PARTS > 2 ? CODE_PARTS : 2;
  wire write;
  wire [7:0] write_memory;
  wire [15:0] written_address;
  wire [31:0] write_to = {16'd0, written_address};
  wire [PARTS*32-1:0] written;
  wire [63:0] field = written[PARTS*32-64+:64];
  config_writer #(
      .PARTS(PARTS),
      .FIRST_PARTS(CODE_PARTS),
      .OTHER_PARTS(2)
  ) configuration (
      .clk(clk),
      .config_valid(config_valid),
      .config_select(config_select),
      .config_data(config_data),
      .write(write),
      .memory(write_memory),
      .address(written_address),
      .word(written)
  );
  wire unused_bits = &{write_to, field, written};

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
      .write_enable(write && write_memory == 8'd1),
      .write_address(write_to[WORD-1:0]),
      .write_word(field[2*TAP+OFFSET+TERM:0]),
      .start(start && (is_convolution || is_max)),
      .window(window),
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
  ) activations (
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

  wire result_valid;
  wire [ADDRESS-1:0] result_address;
  wire [LANE-1:0] result_lane;
  wire [7:0] result;
  array_convolution #(
      .PES(PES),
      .LANES(LANES),
      .SUM(SUM),
      .TERM(TERM),
      .TERMS(HAS_TERMS),
      .CODE_WORD(WORD),
      .CODE_WORDS(WORDS),
      .CODES(CODES),
      .LOGITS(LOGITS),
      .WORD(PIXEL_WORD),
      .LANE(LANE),
      .ADDRESS(ADDRESS),
      .FILTER(FILTER),
      .DEPTH(FILTER_DEPTH),
      .MULTIPLIER(MULTIPLIER),
      .FILTERS(FILTERS)
  ) convolution (
      .clk(clk),
      .reset(reset),
      .write_codes(write && write_memory == 8'd0),
      .write_filter(write && write_memory == 8'd2),
      .code_address(write_to[WORD-1:0]),
      .code_word(written[(PARTS-CODE_PARTS)*32+:PES*LANES*2]),
      .filter_address(write_to[FILTER-1:0]),
      .filter_word(field[PIXEL_WORD+LANE+49:0]),
      .start(start),
      .in_signed(in_signed),
      .in_zero(in_zero),
      .first_filter(filter),
      .out_address(out),
      .out_step(out_step),
      .shift(shift),
      .zero_point(zero),
      .lowest(lowest),
      .highest(highest),
      .is_logits(is_logits),
      .in_valid(beat_valid && is_convolution),
      .in_inside(beat_inside),
      .in_first(beat_first),
      .in_last(beat_last),
      .in_shift(beat_shift),
      .in_word(beat_word),
      .in_values(word),
      .byte_valid(result_valid),
      .byte_address(result_address),
      .byte_lane(result_lane),
      .byte_value(result),
      .send_logits(logits_end),
      .busy(logits_busy),
      .out_valid(out_valid),
      .out_ready(out_ready),
      .out_data(out_data),
      .out_last(out_last)
  );

  // Bytes of the picture and of convolutions, max pools, adds.
  wire byte_valid;
  wire [LANES-1:0] byte_lanes;
  wire [ADDRESS-1:0] byte_address;
  wire [7:0] stored_byte;
  array_bytes #(
      .LANES(LANES),
      .LANE(LANE),
      .ADDRESS(ADDRESS),
      .TABLE(TABLE),
      .TABLES(TABLES),
      .CONTENTS(TABLE_BYTES)
  ) bytes (
      .clk(clk),
      .reset(reset),
      .write_enable(write && write_memory == 8'd3),
      .write_address(write_to[TABLE+7:0]),
      .write_word(field[7:0]),
      .has_table(has_table),
      .table_index(table_index),
      .zero_point(zero[7:0]),
      .picture_valid(picture_valid),
      .picture_padding(picture_padding),
      .picture_address(picture_place),
      .picture_lane(picture_lane),
      .picture_channel(picture_channel),
      .picture_byte(picture_byte),
      .result_valid(result_valid),
      .result_address(result_address),
      .result_lane(result_lane),
      .result_byte(result),
      .out_valid(byte_valid),
      .out_lanes(byte_lanes),
      .out_address(byte_address),
      .out_byte(stored_byte)
  );

  wire max_valid;
  wire [ADDRESS-1:0] max_address;
  wire [LANES*8-1:0] max_word;
  generate
    if (HAS_MAX != 0) begin : max
      array_max #(
          .LANES(LANES),
          .ADDRESS(ADDRESS)
      ) largest (
          .clk(clk),
          .reset(reset),
          .start(start),
          .first_address(out),
          .is_signed(in_signed),
          .in_valid(beat_valid && is_max),
          .in_first(beat_first),
          .in_last(beat_last),
          .in_inside(beat_inside),
          .in_word(word),
          .out_valid(max_valid),
          .out_address(max_address),
          .out_word(max_word)
      );
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
      wire unused = &{is_add, b_signed, b_zero, a_multiplier, b_multiplier,
                      corner, column_step};
    end
  endgenerate

  assign ends = picture_ends || walk_ends || add_ends;
  assign write_lanes = byte_lanes | {LANES{max_valid}} | add_lanes;
  assign write_address = byte_valid ? byte_address
      : max_valid ? max_address : sum_address;
  assign write_word = byte_valid ? {LANES{stored_byte}}
      : max_valid ? max_word : sum_word;
endmodule
