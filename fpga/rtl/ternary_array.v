// PES ternary PEs in lock step that multiply a vector by a matrix of which
// only the living groups are stored.
//
// A vector (the window of one output position) streams in as GROUPS beats of
// LANES activations; it waits in one half of a buffer while the other is being
// worked on. The group_reader then walks the living groups, and each tile
// gives one beat of PES sums, tile 0 first.
//
// GROUPS      beats of a vector, at most 2^PLACE
// LANES, BITS, SUM, REGISTERED   as in ternary_pe
// PLACE, ADDRESS, DEPTH, CONTENTS   as in group_reader; the word format is in
//             group_memory.v
//
// A position takes sum over tiles of max(1, living groups) cycles, or GROUPS
// where loading takes longer, positions back to back. The first sums leave
//     words of tile 0 + ceil(log2(LANES)) * REGISTERED + 3
// cycles after the last beat of the vector. Stalls of the output stop all.
module ternary_array #(
    parameter PES = 4,
    parameter LANES = 4,
    parameter BITS = 9,
    parameter SUM = 32,
    parameter REGISTERED = 1,
    parameter GROUPS = 8,
    parameter PLACE = 3,
    parameter ADDRESS = 8,
    parameter DEPTH = 256,
    parameter CONTENTS = ""
) (
    input clk,
    input reset,
    input write_enable,
    input [ADDRESS-1:0] write_address,
    input [PLACE+PES*LANES*2:0] write_word,
    input [ADDRESS-1:0] last_address,
    input in_valid,
    output in_ready,
    input [LANES*BITS-1:0] in_values,
    output out_valid,
    input out_ready,
    output out_last,  // tile of the position
    output [PES*SUM-1:0] out_sums  // [PES], PE 0 in the lowest bits
);
  function integer ceil_log2(input integer value);
    for (ceil_log2 = 0; (1 << ceil_log2) < value; ceil_log2 = ceil_log2 + 1);
  endfunction
  localparam CODES = PES * LANES * 2;
  localparam DELAY = ceil_log2(LANES) * REGISTERED + 1;  // of a PE
  localparam [31:0] LAST_PLACE = GROUPS - 1;

  wire advance = out_ready || !out_valid;

  // The buffer: half h is loaded from the last beat of its vector until the
  // last word of its walk.
  reg [LANES*BITS-1:0] vectors[0:(2<<PLACE)-1];
  reg [1:0] loaded;
  reg load_half, start_half, walk_half;
  reg [PLACE-1:0] load_place;
  wire load = in_valid && in_ready;
  wire load_ends = load && load_place == LAST_PLACE[PLACE-1:0];

  wire start_ready, word_valid, word_first, word_last, word_end;
  wire [PLACE-1:0] word_place;
  wire [CODES-1:0] word_codes;
  wire start = loaded[start_half] && start_ready;
  wire walk_ends = word_valid && word_end && advance;
  assign in_ready =
      !loaded[load_half] || (walk_ends && walk_half == load_half);

  always @(posedge clk)
    if (reset) begin
      loaded <= 2'b0;
      load_half <= 1'b0;
      start_half <= 1'b0;
      walk_half <= 1'b0;
      load_place <= {PLACE{1'b0}};
    end else begin
      if (load) load_place <= load_ends ? {PLACE{1'b0}} : load_place + 1'b1;
      if (start) start_half <= !start_half;
      if (walk_ends) begin
        loaded[walk_half] <= 1'b0;
        walk_half <= !walk_half;
      end
      if (load_ends) begin
        loaded[load_half] <= 1'b1;
        load_half <= !load_half;
      end
    end
  always @(posedge clk) if (load) vectors[{load_half, load_place}] <= in_values;

  group_reader #(
      .CODES(CODES),
      .PLACE(PLACE),
      .ADDRESS(ADDRESS),
      .DEPTH(DEPTH),
      .CONTENTS(CONTENTS)
  ) reader (
      .clk(clk),
      .reset(reset),
      .write_enable(write_enable),
      .write_address(write_address),
      .write_word(write_word),
      .last_address(last_address),
      .start_valid(loaded[start_half]),
      .start_ready(start_ready),
      .out_valid(word_valid),
      .out_ready(advance),
      .out_place(word_place),
      .out_codes(word_codes),
      .out_first(word_first),
      .out_last(word_last),
      .out_end(word_end)
  );

  reg beat_valid, beat_first, beat_last, beat_end;
  reg [CODES-1:0] beat_codes;
  reg [LANES*BITS-1:0] beat_values;
  always @(posedge clk)
    if (reset) beat_valid <= 1'b0;
    else if (advance) beat_valid <= word_valid;
  always @(posedge clk)
    if (advance) begin
      {beat_first, beat_last, beat_end} <= {word_first, word_last, word_end};
      beat_codes <= word_codes;
      beat_values <= vectors[{walk_half, word_place}];
    end

  wire [PES-1:0] valid;  // all alike
  assign out_valid = &valid;
  genvar pe;
  generate
    for (pe = 0; pe < PES; pe = pe + 1) begin : pes
      ternary_pe #(
          .LANES(LANES),
          .BITS(BITS),
          .SUM(SUM),
          .REGISTERED(REGISTERED)
      ) element (
          .clk(clk),
          .reset(reset),
          .advance(advance),
          .in_valid(beat_valid),
          .in_first(beat_first),
          .in_last(beat_last),
          .in_values(beat_values),
          .in_codes(beat_codes[pe*LANES*2+:LANES*2]),
          .out_valid(valid[pe]),
          .out_sum(out_sums[pe*SUM+:SUM])
      );
    end
  endgenerate

  reg [DELAY-1:0] ends;
  wire [DELAY:0] shifted = {ends, beat_end};
  assign out_last = ends[DELAY-1];
  wire unused = shifted[DELAY];
  always @(posedge clk) if (advance) ends <= shifted[DELAY-1:0];
endmodule
