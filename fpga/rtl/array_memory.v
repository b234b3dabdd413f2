// The activation memory of the array: one write port with an enable for each
// byte, one read port. A read takes one cycle in which read_enable is high;
// what is written in that cycle is not seen.
//
// LANES    bytes of a word, lane 0 in the lowest bits
// ADDRESS  bits of an address; DEPTH words, at most 2^ADDRESS, and only the bits
//          that they need count
module array_memory #(
    parameter LANES = 4,
    parameter ADDRESS = 6,
    parameter DEPTH = 64
) (
    input clk,
    input [LANES-1:0] write_lanes,
    input [ADDRESS-1:0] write_address,
    input [LANES*8-1:0] write_word,
    input read_enable,
    input [ADDRESS-1:0] read_address,
    output reg [LANES*8-1:0] read_word
);
  function integer ceil_log2(input integer value);
    for (ceil_log2 = 0; (1 << ceil_log2) < value; ceil_log2 = ceil_log2 + 1);
  endfunction
  localparam USED = DEPTH > 1 ? ceil_log2(DEPTH) : 1;
  wire [USED-1:0] to = write_address[USED-1:0], from = read_address[USED-1:0];
  reg [LANES*8-1:0] words[0:DEPTH-1];
  integer lane;
  always @(posedge clk) begin
    for (lane = 0; lane < LANES; lane = lane + 1)
      if (write_lanes[lane])
        words[to][lane*8+:8] <= write_word[lane*8+:8];
    if (read_enable) read_word <= words[from];
  end
  wire unused = &{write_address, read_address};
endmodule
