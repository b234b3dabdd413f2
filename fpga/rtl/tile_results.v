// Turns the sums of a unit's tiles into results that know their place, a step
// of REQUANTISERS sums a cycle, PES / REQUANTISERS steps a tile.
//
// SUM               bits of a sum
// MULTIPLIER, SHIFT, OUT_ZERO, OUT_LOW, OUT_HIGH  of requantise
// LOGITS            1: sum + bias leaves, BITS wide, in place of a byte
// STEPS, PARAMETERS rows and file of the parameters: docs/fpga.md
// PIXEL, BEAT, LANE as in pixel_collector; ENTRY = 1 + BEAT + LANE + 16 + SUM
//
// A tile comes at least PES / REQUANTISERS cycles after the one before. Its
// first step leaves 5 cycles after the tile came, 8 with MULTIPLIER, 2 with
// LOGITS. out_end comes with the last step of a position's last tile (in_end).
module tile_results #(
    parameter PES = 4,
    parameter SUM = 32,
    parameter REQUANTISERS = 1,
    parameter MULTIPLIER = 1,
    parameter SHIFT = 0,
    parameter OUT_ZERO = 0,
    parameter OUT_LOW = 0,
    parameter OUT_HIGH = 255,
    parameter LOGITS = 0,
    parameter BITS = 8,
    parameter STEPS = 4,
    parameter PARAMETERS = "",
    parameter PIXEL = 1,
    parameter BEAT = 1,
    parameter LANE = 2,
    parameter ENTRY = 52
) (
    input clk,
    input reset,
    input write_enable,  // of the parameters
    input [15:0] write_address,
    input [REQUANTISERS*ENTRY-1:0] write_word,
    input in_valid,
    input in_end,
    input [PES*SUM-1:0] in_sums,
    output [REQUANTISERS-1:0] out_valid,
    output [REQUANTISERS*PIXEL-1:0] out_pixel,
    output [REQUANTISERS*BEAT-1:0] out_beat,
    output [REQUANTISERS*LANE-1:0] out_lane,
    output [REQUANTISERS*BITS-1:0] out_value,
    output out_end
);
  function integer ceil_log2(input integer value);
    for (ceil_log2 = 0; (1 << ceil_log2) < value; ceil_log2 = ceil_log2 + 1);
  endfunction
  localparam TILE = PES / REQUANTISERS, LEFT = ceil_log2(TILE + 1);
  localparam ADDRESS = STEPS > 1 ? ceil_log2(STEPS) : 1;
  localparam LATENCY = LOGITS != 0 ? 1 : MULTIPLIER != 0 ? 7 : 4;

  // The sums of a tile wait here, those of the next step lowest.
  localparam [31:0] ALL = TILE;
  localparam STEP = REQUANTISERS * SUM;
  reg [PES*SUM-1:0] waiting;
  reg [LEFT-1:0] left;  // steps
  reg ending;
  wire step = left != 0;
  wire position_ends = left == 1 && ending;
  always @(posedge clk)
    if (reset) left <= {LEFT{1'b0}};
    else if (in_valid) left <= ALL[LEFT-1:0];
    else if (step) left <= left - 1'b1;
  always @(posedge clk)
    if (in_valid) begin
      waiting <= in_sums;
      ending <= in_end;
    end else waiting <= waiting >> STEP;

  // Their parameters are read a step ahead, the first during reset.
  reg [ADDRESS-1:0] row;
  wire next = reset || step;
  wire [ADDRESS-1:0] next_row =
      reset || position_ends ? {ADDRESS{1'b0}} : row + 1'b1;
  wire [REQUANTISERS*ENTRY-1:0] entries;
  always @(posedge clk) if (next) row <= next_row;
  memory #(
      .WORD(REQUANTISERS * ENTRY),
      .ADDRESS(ADDRESS),
      .DEPTH(STEPS),
      .CONTENTS(PARAMETERS)
  ) parameters (
      .clk(clk),
      .write_enable(write_enable),
      .write_address(write_address[ADDRESS-1:0]),
      .write_word(write_word),
      .read_enable(next),
      .read_address(next_row),
      .read_word(entries)
  );

  reg [PIXEL-1:0] pixel;
  always @(posedge clk)
    if (reset) pixel <= {PIXEL{1'b0}};
    else if (position_ends) pixel <= pixel + 1'b1;

  // What goes with the values: the step, its end, its places.
  localparam PLACE = 1 + BEAT + LANE;  // whether it has one, and which
  wire [REQUANTISERS*PLACE-1:0] places, places_out;
  wire [PIXEL-1:0] pixel_out;
  reg [LATENCY-1:0] steps, ends;
  wire [LATENCY:0] steps_next = {steps, step};
  wire [LATENCY:0] ends_next = {ends, position_ends};
  always @(posedge clk)
    {steps, ends} <= reset ? {2 * LATENCY{1'b0}}
        : {steps_next[LATENCY-1:0], ends_next[LATENCY-1:0]};
  assign out_end = ends[LATENCY-1];
  delay_line #(
      .WIDTH(PIXEL + REQUANTISERS * PLACE),
      .CYCLES(LATENCY)
  ) beside (
      .clk(clk),
      .in({pixel, places}),
      .out({pixel_out, places_out})
  );

  genvar i;
  generate
    for (i = 0; i < REQUANTISERS; i = i + 1) begin : requantisers
      wire [SUM-1:0] sum = waiting[i*SUM+:SUM];
      wire [SUM-1:0] bias = entries[i*ENTRY+:SUM];
      wire [15:0] multiplier = entries[i*ENTRY+SUM+:16];
      assign places[i*PLACE+:PLACE] = entries[i*ENTRY+SUM+16+:PLACE];
      wire has_place;
      assign {has_place, out_beat[i*BEAT+:BEAT], out_lane[i*LANE+:LANE]} =
          places_out[i*PLACE+:PLACE];
      assign out_valid[i] = steps[LATENCY-1] && has_place;
      assign out_pixel[i*PIXEL+:PIXEL] = pixel_out;
      if (LOGITS != 0) begin : logits
        wire [SUM-1:0] total = sum + bias;
        reg [BITS-1:0] logit;
        always @(posedge clk) logit <= {{BITS - SUM{total[SUM-1]}}, total};
        assign out_value[i*BITS+:BITS] = logit;
        wire unused = &multiplier;
      end else begin : bytes
        localparam [31:0] BY = SHIFT, ZERO = OUT_ZERO;
        localparam [31:0] LOW = OUT_LOW, HIGH = OUT_HIGH;
        wire [8:0] value;
        wire in_ready, value_valid, value_last;
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
            .in_valid(step),
            .in_ready(in_ready),
            .in_last(1'b0),
            .in_sum(sum),
            .in_bias(bias),
            .in_multiplier(multiplier),
            .out_valid(value_valid),
            .out_ready(1'b1),
            .out_last(value_last),
            .out_value(value)
        );
        assign out_value[i*BITS+:BITS] = value[BITS-1:0];
        wire unused = &{value[8], in_ready, value_valid, value_last};
      end
    end
  endgenerate
  wire unused = &{write_address, steps_next[LATENCY], ends_next[LATENCY]};
endmodule
