// Walks the words of a group_memory from address 0 to last_address, once for
// each start: one word a cycle, starts back to back, so that an output position
// costs
//     sum over tiles of max(1, living groups of the tile)
// cycles and a dead group none. The first word leaves one cycle after start.
//
// last_address may change only between positions.
module group_reader #(
    parameter CODES = 32,  // bits: PES * LANES * 2
    parameter PLACE = 6,  // bits of a place
    parameter ADDRESS = 10,
    parameter DEPTH = 1024,
    parameter CONTENTS = ""
) (
    input clk,
    input reset,
    input write_enable,
    input [ADDRESS-1:0] write_address,
    input [PLACE+CODES:0] write_word,
    input [ADDRESS-1:0] last_address,
    input start_valid,
    output start_ready,
    output reg out_valid,
    input out_ready,
    output [PLACE-1:0] out_place,
    output [CODES-1:0] out_codes,
    output reg out_first,  // of its tile
    output out_last,  // of its tile
    output reg out_end  // of the position
);
  reg walking;
  reg [ADDRESS-1:0] address;
  wire advance = out_ready || !out_valid;
  wire fetch = advance && (walking || start_valid);
  wire [ADDRESS-1:0] read_address = walking ? address : {ADDRESS{1'b0}};
  assign start_ready = advance && !walking;

  group_memory #(
      .WORD(1 + PLACE + CODES),
      .ADDRESS(ADDRESS),
      .DEPTH(DEPTH),
      .CONTENTS(CONTENTS)
  ) memory (
      .clk(clk),
      .write_enable(write_enable),
      .write_address(write_address),
      .write_word(write_word),
      .read_enable(fetch),
      .read_address(read_address),
      .read_word({out_last, out_place, out_codes})
  );

  always @(posedge clk)
    if (reset) begin
      walking <= 1'b0;
      out_valid <= 1'b0;
      out_first <= 1'b1;
    end else if (advance) begin
      out_valid <= fetch;
      if (fetch) begin
        walking <= read_address != last_address;
        address <= read_address + 1'b1;
        out_end <= read_address == last_address;
      end
      if (out_valid) out_first <= out_last;
    end
endmodule
