// A stage's end of the configuration bus (docs/fpga.md): puts words together
// from 32 bits at a time, lowest first.
//
// STAGE  the stage's number; what is for others passes by
// FIRST_PARTS, OTHER_PARTS  ceil(bits of a word / 32) of memory 0, of others
// PARTS  the larger of both
//
// A word is written one cycle after its last part came, then the address moves
// on. It lies in the highest parts of word. No reset, since memories are
// written while the stages are in reset: a target is selected first.
module config_writer #(
    parameter STAGE = 0,
    parameter PARTS = 2,
    parameter FIRST_PARTS = 2,
    parameter OTHER_PARTS = 2
) (
    input clk,
    input config_valid,
    input config_select,
    input [31:0] config_data,
    output reg write,
    output reg [7:0] memory,
    output reg [15:0] address,
    output [PARTS*32-1:0] word
);
  function integer ceil_log2(input integer value);
    for (ceil_log2 = 0; (1 << ceil_log2) < value; ceil_log2 = ceil_log2 + 1);
  endfunction
  localparam P = ceil_log2(PARTS + 1);
  localparam [31:0] HERE = STAGE;
  localparam [31:0] FIRST_LAST = FIRST_PARTS - 1, OTHER_LAST = OTHER_PARTS - 1;
  reg selected;
  reg [P-1:0] part;
  wire ends = part == (memory == 8'd0 ? FIRST_LAST[P-1:0] : OTHER_LAST[P-1:0]);
  always @(posedge clk) begin
    write <= config_valid && !config_select && selected && ends;
    if (config_valid && config_select) begin
      selected <= config_data[31:24] == HERE[7:0];
      {memory, address} <= config_data[23:0];
      part <= {P{1'b0}};
    end else begin
      if (config_valid) part <= ends ? {P{1'b0}} : part + 1'b1;
      if (write) address <= address + 16'd1;
    end
  end

  reg [PARTS*32-1:0] parts;
  wire [PARTS*32+31:0] next = {config_data, parts};
  assign word = parts;
  always @(posedge clk)
    if (config_valid && !config_select) parts <= next[PARTS*32+31:32];
  wire unused = &next[31:0];
endmodule
