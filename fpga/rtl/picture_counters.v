// Counts pictures, and the cycles from the first beat in (since the last clear)
// to the last beat out, both included.
//
// IN_BEATS, OUT_BEATS  of a picture
//
// busy: a picture has begun and not left. stage_reset forgets those; clear sets
// the counters to 0.
module picture_counters #(
    parameter IN_BEATS = 1,
    parameter OUT_BEATS = 1
) (
    input clk,
    input reset,
    input stage_reset,
    input clear,
    input in_beat,
    input out_beat,
    output busy,
    output reg [31:0] pictures_in,
    output reg [31:0] pictures_out,
    output reg [63:0] cycles
);
  localparam [31:0] LAST_IN = IN_BEATS - 1, LAST_OUT = OUT_BEATS - 1;
  reg [31:0] in_beats, out_beats;  // of the picture at hand
  reg [31:0] pictures_inside;
  wire in_begins = in_beat && in_beats == 0;
  wire in_ends = in_beat && in_beats == LAST_IN;
  wire out_ends = out_beat && out_beats == LAST_OUT;
  assign busy = pictures_inside != 0;
  always @(posedge clk)
    if (stage_reset) begin
      in_beats <= 32'd0;
      out_beats <= 32'd0;
      pictures_inside <= 32'd0;
    end else begin
      if (in_beat) in_beats <= in_ends ? 32'd0 : in_beats + 32'd1;
      if (out_beat) out_beats <= out_ends ? 32'd0 : out_beats + 32'd1;
      pictures_inside <= pictures_inside + {31'd0, in_begins} - {31'd0, out_ends};
    end

  reg running;
  reg [63:0] now;
  always @(posedge clk)
    if (reset || clear) begin
      pictures_in <= 32'd0;
      pictures_out <= 32'd0;
      running <= 1'b0;
      now <= 64'd0;
      cycles <= 64'd0;
    end else begin
      if (in_ends) pictures_in <= pictures_in + 32'd1;
      if (out_ends) pictures_out <= pictures_out + 32'd1;
      if (in_beat) running <= 1'b1;
      if (in_beat || running) now <= now + 64'd1;
      if (out_ends) cycles <= now + 64'd1;
    end
endmodule
