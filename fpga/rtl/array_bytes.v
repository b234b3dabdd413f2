// Bytes on their way to the activation memory, those of the picture and those
// of convolutions: a table where there is one, then the lane. Latency 1.
//
// Table memory (CONTENTS): TABLES blocks of 256 bytes, by the byte that comes,
// those of the picture's channels first.
module array_bytes #(
    parameter LANES = 4,
    parameter LANE = 2,
    parameter ADDRESS = 10,
    parameter TABLE = 1,  // bits of a block's number
    parameter TABLES = 2,
    parameter CONTENTS = ""
) (
    input clk,
    input reset,
    input write_enable,  // of the table memory
    input [TABLE+7:0] write_address,
    input [7:0] write_word,
    // Of the step; they hold still while its bytes are inside.
    input has_table,
    input [TABLE-1:0] table_index,
    input [7:0] zero_point,
    input picture_valid,
    input picture_padding,  // zero_point, without a table
    input [ADDRESS-1:0] picture_address,
    input [LANE-1:0] picture_lane,
    input [TABLE-1:0] picture_channel,
    input [7:0] picture_byte,
    input result_valid,  // never with picture_valid
    input [ADDRESS-1:0] result_address,
    input [LANE-1:0] result_lane,
    input [7:0] result_byte,
    output reg out_valid,
    output [LANES-1:0] out_lanes,  // one, or none
    output reg [ADDRESS-1:0] out_address,
    output [7:0] out_byte
);
  wire [7:0] next = picture_valid ? picture_byte : result_byte;
  wire [7:0] looked_up;
  memory #(
      .WORD(8),
      .ADDRESS(TABLE + 8),
      .DEPTH(TABLES * 256),
      .CONTENTS(CONTENTS)
  ) tables (
      .clk(clk),
      .write_enable(write_enable),
      .write_address(write_address),
      .write_word(write_word),
      .read_enable(1'b1),
      .read_address({picture_valid ? picture_channel : table_index, next}),
      .read_word(looked_up)
  );
  reg is_looked_up;
  reg [7:0] direct;
  reg [LANE-1:0] lane;
  always @(posedge clk) begin
    out_valid <= (picture_valid || result_valid) && !reset;
    is_looked_up <= picture_valid ? !picture_padding : has_table;
    direct <= picture_valid ? zero_point : result_byte;
    out_address <= picture_valid ? picture_address : result_address;
    lane <= picture_valid ? picture_lane : result_lane;
  end
  assign out_byte = is_looked_up ? looked_up : direct;
  assign out_lanes = {{LANES - 1{1'b0}}, out_valid} << lane;
endmodule
