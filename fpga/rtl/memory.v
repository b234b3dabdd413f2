// A synchronous RAM with one read and one write port: its contents come through
// the write port, or from a .mem file of hexadecimal words.
//
// A read takes one cycle in which read_enable is high; a word that is read
// while it is written comes out as it was.
module memory #(
    parameter WORD = 39,
    parameter ADDRESS = 10,
    parameter DEPTH = 1024,
    parameter CONTENTS = ""
) (
    input clk,
    input write_enable,
    input [ADDRESS-1:0] write_address,
    input [WORD-1:0] write_word,
    input read_enable,
    input [ADDRESS-1:0] read_address,
    output reg [WORD-1:0] read_word
);
  reg [WORD-1:0] words[0:DEPTH-1];
  generate
    if (CONTENTS != "") begin : from_file
      initial $readmemh(CONTENTS, words);
    end
  endgenerate
  always @(posedge clk) begin
    if (write_enable) words[write_address] <= write_word;
    if (read_enable) read_word <= words[read_address];
  end
endmodule
