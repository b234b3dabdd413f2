// Puts the results of a position, which come from SOURCES sides in any order,
// into the order of the channels, and sends them as beats.
//
// A result is LANE of BEAT of a pixel; its place belongs to one source for good
// (until reset). So each source has a memory of its own for each lane, places
// of others stay 0 in it, and a beat is the OR over sources.
//
// BITS      of a result
// LANES, BEATS  of a pixel; results missing from the last beat are 0
// SOURCES   results a cycle
// PIXEL     2^PIXEL pixels fit; a source names the pixel that it adds to
// BEAT, LANE  bits(BEATS), bits(LANES)
// CONSTANTS 1: some channels no source ever sends. They are of a memory of BEATS
//           words, 0 in all other channels, that comes through the write port or
//           from the file CONTENTS
//
// done: the pixel that is next has all its results, the last of them in this
// cycle. Its first beat is valid two cycles later, one beat a cycle; taken says
// that its place is free from the next cycle on. After a reset, ready is low
// for 2^(PIXEL + BEAT) cycles, in which the memories are cleared.
module pixel_collector #(
    parameter BITS = 8,
    parameter LANES = 4,
    parameter BEATS = 1,
    parameter SOURCES = 1,
    parameter PIXEL = 1,
    parameter BEAT = 1,
    parameter LANE = 2,
    parameter CONSTANTS = 0,
    parameter CONTENTS = ""
) (
    input clk,
    input reset,
    input write_enable,  // of the constants
    input [15:0] write_address,
    input [LANES*BITS-1:0] write_word,
    output ready,
    input [SOURCES-1:0] in_valid,
    input [SOURCES*PIXEL-1:0] in_pixel,
    input [SOURCES*BEAT-1:0] in_beat,
    input [SOURCES*LANE-1:0] in_lane,
    input [SOURCES*BITS-1:0] in_value,
    input done,
    output taken,
    output reg out_valid,
    input out_ready,
    output reg out_last,  // beat of its pixel
    output reg [LANES*BITS-1:0] out_data
);
  localparam ADDRESS = PIXEL + BEAT;
  localparam [31:0] LAST_BEAT = BEATS - 1;

  reg [ADDRESS:0] clearing;  // address; the highest bit: all is clear
  assign ready = clearing[ADDRESS];
  always @(posedge clk)
    if (reset) clearing <= {ADDRESS + 1{1'b0}};
    else if (!ready) clearing <= clearing + 1'b1;

  reg [PIXEL:0] whole;  // pixels that wait
  reg [PIXEL-1:0] pixel;
  reg [BEAT-1:0] beat;
  wire advance = out_ready || !out_valid;
  wire send = advance && whole != 0;
  wire last = BEATS == 1 || beat == LAST_BEAT[BEAT-1:0];
  assign taken = send && last;
  always @(posedge clk)
    if (reset) begin
      whole <= {PIXEL + 1{1'b0}};
      pixel <= {PIXEL{1'b0}};
      beat <= {BEAT{1'b0}};
      out_valid <= 1'b0;
    end else begin
      whole <= whole + {{PIXEL{1'b0}}, done} - {{PIXEL{1'b0}}, taken};
      if (taken) pixel <= pixel + 1'b1;
      if (send) beat <= last ? {BEAT{1'b0}} : beat + 1'b1;
      if (advance) out_valid <= send;
    end

  wire [SOURCES*LANES*BITS-1:0] stored;  // [SOURCES][LANES] of the beat
  genvar source, lane;
  generate
    for (source = 0; source < SOURCES; source = source + 1) begin : sources
      wire [LANE-1:0] to_lane = in_lane[source*LANE+:LANE];
      wire [ADDRESS-1:0] address = !ready ? clearing[ADDRESS-1:0]
          : {in_pixel[source*PIXEL+:PIXEL], in_beat[source*BEAT+:BEAT]};
      wire [BITS-1:0] value =
          in_value[source*BITS+:BITS] & {BITS{ready}};
      for (lane = 0; lane < LANES; lane = lane + 1) begin : lanes
        reg [BITS-1:0] values[0:(1<<ADDRESS)-1];
        always @(posedge clk)
          if (!ready || (in_valid[source] && to_lane == lane[LANE-1:0]))
            values[address] <= value;
        assign stored[(source*LANES+lane)*BITS+:BITS] = values[{pixel, beat}];
      end
    end
  endgenerate

  wire [LANES*BITS-1:0] constants;  // of the beat
  generate
    if (CONSTANTS != 0) begin : constant_channels
      reg [LANES*BITS-1:0] words[0:BEATS-1];
      if (CONTENTS != "") begin : from_file
        initial $readmemh(CONTENTS, words);
      end
      always @(posedge clk)
        if (write_enable) words[write_address[BEAT-1:0]] <= write_word;
      assign constants = words[beat];
      wire unused = &write_address;
    end else begin : no_constants
      assign constants = {LANES * BITS{1'b0}};
      wire unused = &{write_enable, write_address, write_word};
    end
  endgenerate

  reg [LANES*BITS-1:0] merged;
  integer i;
  always @* begin
    merged = constants;
    for (i = 0; i < SOURCES; i = i + 1)
      merged = merged | stored[i*LANES*BITS+:LANES*BITS];
  end
  always @(posedge clk)
    if (advance) begin
      out_data <= merged;
      out_last <= last;
    end
endmodule
