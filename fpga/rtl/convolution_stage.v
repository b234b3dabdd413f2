// A convolution, or a Linear, between two streams of pixels. Of its weights
// only the living groups are stored and only they take time; the DEAD filters
// that have none give constants. With TERMS weights are sums of ternary terms,
// a word each.
//
// Parameters, streams, memory files and configuration: docs/fpga.md.
//
// The rows of the input wait in a ring of lines, a copy of which each unit has.
// When all that a position needs is there, the WORDS words of the weight memory
// are read, one a cycle; each says for each unit which beat of the window meets
// which codes. Sums of finished tiles are requantised, put in the order of the
// channels and sent.
//
// A position takes
//     max(WORDS, ceil(FILTERS / OUT_LANES))
// cycles, positions back to back, over rows and pictures, too, as long as input
// is there and output is taken. Its first beat is valid
//     WORDS + ceil(log2(LANES)) + PES / REQUANTISERS + 9
// cycles after its last input, 12 in place of 9 with MULTIPLIER, 6 with LOGITS.
// Nothing stalls inside: a position starts only if there is a place for its
// results, and there are enough for the rate above.
module convolution_stage #(
    parameter HEIGHT = 8,
    parameter WIDTH = 8,
    parameter CHANNELS = 4,
    parameter LANES = 4,
    parameter KERNEL_HEIGHT = 3,
    parameter KERNEL_WIDTH = 3,
    parameter STRIDE_Y = 1,
    parameter STRIDE_X = 1,
    parameter TOP = 1,
    parameter LEFT = 1,
    parameter OUT_HEIGHT = 8,
    parameter OUT_WIDTH = 8,
    parameter FILTERS = 4,
    parameter OUT_LANES = 4,
    parameter UNITS = 1,
    parameter PES = 4,
    parameter REQUANTISERS = 1,
    parameter WEIGHT_BITS = 2,
    parameter TERMS = 0,
    parameter MULTIPLIER = 1,
    parameter SUM = 32,
    parameter SHIFT = 0,
    parameter IN_SIGNED = 0,
    parameter IN_ZERO = 0,
    parameter OUT_ZERO = 0,
    parameter OUT_LOW = 0,
    parameter OUT_HIGH = 255,
    parameter LOGITS = 0,
    parameter WORDS = 9,
    parameter STEPS = 4,
    parameter LINES = 4,
    parameter DEAD = 0,
    parameter STAGE = 0,
    parameter CONTENTS = "",
    parameter PARAMETERS = "",
    parameter CONSTANTS = ""
) (
    input clk,
    input reset,
    input config_valid,
    input config_select,
    input [31:0] config_data,
    input in_valid,
    output in_ready,
    input [LANES*8-1:0] in_data,
    output out_valid,
    input out_ready,
    output out_last,  // beat of its pixel
    output [OUT_LANES*(LOGITS != 0 ? 32 : 8)-1:0] out_data
);
  function integer ceil_log2(input integer value);
    for (ceil_log2 = 0; (1 << ceil_log2) < value; ceil_log2 = ceil_log2 + 1);
  endfunction
  function integer bits(input integer values);  // to tell so many apart
    bits = values > 1 ? ceil_log2(values) : 1;
  endfunction
  localparam GROUPS = (CHANNELS + LANES - 1) / LANES;
  localparam ROW = bits(KERNEL_HEIGHT), COLUMN = bits(KERNEL_WIDTH);
  localparam GROUP = bits(GROUPS);
  localparam TAP = ROW + COLUMN + GROUP;
  localparam CODES = PES * LANES * WEIGHT_BITS;
  localparam WORD = 1 + (TERMS != 0 ? 1 : 0) + TAP + CODES;  // of a unit
  localparam BITS = LOGITS != 0 ? 32 : 8;
  localparam BEATS = (FILTERS + OUT_LANES - 1) / OUT_LANES;
  localparam BEAT = bits(BEATS), LANE = bits(OUT_LANES);
  localparam ENTRY = 1 + BEAT + LANE + 16 + SUM;
  localparam STEP = REQUANTISERS * ENTRY;

  // Places for results: as many as keep the rate.
  localparam STAY = WORDS + ceil_log2(LANES) + PES / REQUANTISERS + BEATS
      + (LOGITS != 0 ? 4 : MULTIPLIER != 0 ? 10 : 7);
  localparam PERIOD = WORDS > BEATS ? WORDS : BEATS;
  localparam PIXEL = bits((STAY + PERIOD - 1) / PERIOD);

  // Configuration.
  localparam FIRST_PARTS = (UNITS * WORD + 31) / 32;
  localparam CONSTANT = DEAD != 0 ? OUT_LANES * BITS : 0;
  localparam OTHER_PARTS = ((STEP > CONSTANT ? STEP : CONSTANT) + 31) / 32;
  localparam PARTS = FIRST_PARTS > OTHER_PARTS ? FIRST_PARTS : OTHER_PARTS;
  wire write;
  wire [7:0] write_memory;
  wire [15:0] write_address;
  wire [PARTS*32-1:0] write_word;
  config_writer #(
      .STAGE(STAGE),
      .PARTS(PARTS),
      .FIRST_PARTS(FIRST_PARTS),
      .OTHER_PARTS(OTHER_PARTS)
  ) writer (
      .clk(clk),
      .config_valid(config_valid),
      .config_select(config_select),
      .config_data(config_data),
      .write(write),
      .memory(write_memory),
      .address(write_address),
      .word(write_word)
  );

  // The walk: a word is fetched, the next cycle its beats (1), the next one
  // they enter the PEs (2).
  localparam ADDRESS = bits(WORDS);
  localparam [31:0] LAST_WORD = WORDS - 1;
  reg [ADDRESS-1:0] address;
  wire position_valid, collector_ready, has_place;
  wire begins = address == 0;
  wire fetch =
      !begins || (position_valid && collector_ready && has_place);
  wire last = WORDS == 1 || address == LAST_WORD[ADDRESS-1:0];
  reg valid_1, end_1, valid_2, end_2;
  always @(posedge clk)
    if (reset) begin
      address <= {ADDRESS{1'b0}};
      valid_1 <= 1'b0;
      valid_2 <= 1'b0;
    end else begin
      if (fetch) address <= last ? {ADDRESS{1'b0}} : address + 1'b1;
      valid_1 <= fetch;
      valid_2 <= valid_1;
    end
  always @(posedge clk) begin
    end_1 <= last;
    end_2 <= end_1;
  end

  wire [UNITS*WORD-1:0] words;
  memory #(
      .WORD(UNITS * WORD),
      .ADDRESS(ADDRESS),
      .DEPTH(WORDS),
      .CONTENTS(CONTENTS)
  ) weights (
      .clk(clk),
      .write_enable(write && write_memory == 8'd0),
      .write_address(write_address[ADDRESS-1:0]),
      .write_word(write_word[PARTS*32-FIRST_PARTS*32+:UNITS*WORD]),
      .read_enable(fetch),
      .read_address(address),
      .read_word(words)
  );

  // Positions that have begun and not left.
  wire taken;
  reg [PIXEL:0] begun;
  assign has_place = !begun[PIXEL];
  always @(posedge clk)
    if (reset) begun <= {PIXEL + 1{1'b0}};
    else
      begun <= begun + {{PIXEL{1'b0}}, fetch && begins}
          - {{PIXEL{1'b0}}, taken};

  wire [UNITS*TAP-1:0] taps;
  wire [UNITS-1:0] is_inside;
  wire [UNITS*LANES*8-1:0] beats;
  window_lines #(
      .HEIGHT(HEIGHT),
      .WIDTH(WIDTH),
      .GROUPS(GROUPS),
      .LANES(LANES),
      .KERNEL_HEIGHT(KERNEL_HEIGHT),
      .KERNEL_WIDTH(KERNEL_WIDTH),
      .STRIDE_Y(STRIDE_Y),
      .STRIDE_X(STRIDE_X),
      .TOP(TOP),
      .LEFT(LEFT),
      .OUT_HEIGHT(OUT_HEIGHT),
      .OUT_WIDTH(OUT_WIDTH),
      .LINES(LINES),
      .COPIES(UNITS),
      .LATE(1),
      .ROW(ROW),
      .COLUMN(COLUMN),
      .GROUP(GROUP)
  ) lines (
      .clk(clk),
      .reset(reset),
      .in_valid(in_valid),
      .in_ready(in_ready),
      .in_data(in_data),
      .position_valid(position_valid),
      .next(fetch && last),
      .read(valid_1),
      .taps(taps),
      .is_inside(is_inside),
      .data(beats)
  );

  wire [UNITS*REQUANTISERS-1:0] result_valid;
  wire [UNITS*REQUANTISERS*PIXEL-1:0] result_pixel;
  wire [UNITS*REQUANTISERS*BEAT-1:0] result_beat;
  wire [UNITS*REQUANTISERS*LANE-1:0] result_lane;
  wire [UNITS*REQUANTISERS*BITS-1:0] result_value;
  wire [UNITS-1:0] ends;  // all alike
  genvar unit;
  generate
    for (unit = 0; unit < UNITS; unit = unit + 1) begin : units
      localparam [31:0] MEMORY = unit + 1;
      localparam [7:0] TENS = 48 + unit / 10, ONES = 48 + unit % 10;
      wire [CODES-1:0] codes;
      wire [WORD-1:0] word = words[unit*WORD+:WORD];
      wire tile_last = word[WORD-1];
      wire doubles = TERMS != 0 && word[WORD-2];
      assign {taps[unit*TAP+:TAP], codes} = word[TAP+CODES-1:0];
      reg last_2, doubles_2, is_inside_2;
      reg [CODES-1:0] codes_2;
      always @(posedge clk) begin
        last_2 <= tile_last;
        doubles_2 <= doubles;
        is_inside_2 <= is_inside[unit];
        codes_2 <= codes;
      end
      wire [LANES*9-1:0] values;
      centre_beat #(
          .LANES(LANES),
          .SIGNED(IN_SIGNED),
          .ZERO(IN_ZERO)
      ) centre (
          .is_inside(is_inside_2),
          .data(beats[unit*LANES*8+:LANES*8]),
          .values(values)
      );

      wire tile_valid, tile_end;
      wire [PES*SUM-1:0] sums;
      lock_step_pes #(
          .PES(PES),
          .LANES(LANES),
          .WEIGHT_BITS(WEIGHT_BITS),
          .TERMS(TERMS),
          .MULTIPLIER(MULTIPLIER),
          .SUM(SUM)
      ) pes (
          .clk(clk),
          .reset(reset),
          .in_valid(valid_2),
          .in_last(last_2),
          .in_end(end_2),
          .in_doubles(doubles_2),
          .in_values(values),
          .in_codes(codes_2),
          .out_valid(tile_valid),
          .out_end(tile_end),
          .out_sums(sums)
      );
      tile_results #(
          .PES(PES),
          .SUM(SUM),
          .REQUANTISERS(REQUANTISERS),
          .MULTIPLIER(MULTIPLIER),
          .SHIFT(SHIFT),
          .OUT_ZERO(OUT_ZERO),
          .OUT_LOW(OUT_LOW),
          .OUT_HIGH(OUT_HIGH),
          .LOGITS(LOGITS),
          .BITS(BITS),
          .STEPS(STEPS),
          .PARAMETERS(PARAMETERS == "" ? "" : {PARAMETERS, TENS, ONES, ".mem"}),
          .PIXEL(PIXEL),
          .BEAT(BEAT),
          .LANE(LANE),
          .ENTRY(ENTRY)
      ) results (
          .clk(clk),
          .reset(reset),
          .write_enable(write && write_memory == MEMORY[7:0]),
          .write_address(write_address),
          .write_word(write_word[PARTS*32-OTHER_PARTS*32+:STEP]),
          .in_valid(tile_valid),
          .in_end(tile_end),
          .in_sums(sums),
          .out_valid(result_valid[unit*REQUANTISERS+:REQUANTISERS]),
          .out_pixel(
              result_pixel[unit*REQUANTISERS*PIXEL+:REQUANTISERS*PIXEL]),
          .out_beat(result_beat[unit*REQUANTISERS*BEAT+:REQUANTISERS*BEAT]),
          .out_lane(result_lane[unit*REQUANTISERS*LANE+:REQUANTISERS*LANE]),
          .out_value(result_value[unit*REQUANTISERS*BITS+:REQUANTISERS*BITS]),
          .out_end(ends[unit])
      );
    end
  endgenerate

  localparam [31:0] CONSTANTS_MEMORY = UNITS + 1;
  wire [OUT_LANES*BITS-1:0] constant;
  generate
    if (DEAD != 0) begin : dead
      assign constant = write_word[PARTS*32-OTHER_PARTS*32+:OUT_LANES*BITS];
    end else begin : none_dead
      assign constant = {OUT_LANES * BITS{1'b0}};
    end
  endgenerate
  pixel_collector #(
      .BITS(BITS),
      .LANES(OUT_LANES),
      .BEATS(BEATS),
      .SOURCES(UNITS * REQUANTISERS),
      .PIXEL(PIXEL),
      .BEAT(BEAT),
      .LANE(LANE),
      .CONSTANTS(DEAD != 0),
      .CONTENTS(CONSTANTS)
  ) collector (
      .clk(clk),
      .reset(reset),
      .write_enable(write && write_memory == CONSTANTS_MEMORY[7:0]),
      .write_address(write_address),
      .write_word(constant),
      .ready(collector_ready),
      .in_valid(result_valid),
      .in_pixel(result_pixel),
      .in_beat(result_beat),
      .in_lane(result_lane),
      .in_value(result_value),
      .done(&ends),
      .taken(taken),
      .out_valid(out_valid),
      .out_ready(out_ready),
      .out_last(out_last),
      .out_data(out_data)
  );
  wire unused = &{write_address, write_word};
endmodule
