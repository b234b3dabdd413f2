// A memory whose contents come from a .mem file of hexadecimal words, and which
// the configuration bus can write: 32 bits at a time, part 0 (the lowest bits)
// first and all parts of a word in turn; it is stored with the last.
//
// A read takes one cycle in which read_enable is high.
module array_store #(
    parameter WIDTH = 40,
    parameter ADDRESS = 4,
    parameter DEPTH = 16,
    parameter CONTENTS = ""
) (
    input clk,
    input config_valid,
    input [7:0] config_part,
    input [ADDRESS-1:0] config_address,
    input [31:0] config_data,
    input read_enable,
    input [ADDRESS-1:0] read_address,
    output reg [WIDTH-1:0] read_word
);
  localparam PARTS = (WIDTH + 31) / 32;
  localparam [31:0] LAST_PART = PARTS - 1;
  reg [WIDTH-1:0] words[0:DEPTH-1];
  generate
    if (CONTENTS != "") begin : from_file
      initial $readmemh(CONTENTS, words);
    end
  endgenerate

  // The parts that came before, oldest lowest, and this one on top.
  wire [PARTS*32-1:0] whole;
  generate
    if (PARTS == 1) begin : one
      assign whole = config_data;
    end else begin : several
      reg [(PARTS-1)*32-1:0] before;
      assign whole = {config_data, before};
      always @(posedge clk) if (config_valid) before <= whole[PARTS*32-1:32];
    end
    if (PARTS * 32 > WIDTH) begin : narrower
      wire unused = &whole[PARTS*32-1:WIDTH];
    end
  endgenerate

  always @(posedge clk) begin
    if (config_valid && config_part == LAST_PART[7:0])
      words[config_address] <= whole[WIDTH-1:0];
    if (read_enable) read_word <= words[read_address];
  end
endmodule
