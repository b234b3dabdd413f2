// Bytes on their way to the activation memory, those of the picture and those
// of convolutions: a table where there is one, then the lane. Latency 1.
//
// Table memory (CONTENTS): TABLES blocks of 256 bytes, by the byte that comes,
// those of the picture's channels first.
module array_bytes #(
    parameter LANES = 4,
    parameter LANE = 2,
    parameter REQUANTISERS = 2,
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
    // Of convolutions, never with picture_valid; all of one word, in lanes of
    // their own.
    input [REQUANTISERS-1:0] result_valid,
    input [ADDRESS-1:0] result_address,
    input [REQUANTISERS*LANE-1:0] result_lanes,
    input [REQUANTISERS*8-1:0] result_bytes,
    output out_valid,
    output [LANES-1:0] out_lanes,
    output reg [ADDRESS-1:0] out_address,
    output [LANES*8-1:0] out_word
);
  wire [7:0] next = picture_valid ? picture_byte : result_bytes[7:0];
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
  reg [REQUANTISERS-1:0] valid;
  reg [REQUANTISERS*8-1:0] direct;
  reg [REQUANTISERS*LANE-1:0] lanes;
  always @(posedge clk) begin
    valid <= reset ? {REQUANTISERS{1'b0}} : result_valid;
    if (picture_valid) valid[0] <= !reset;
    is_looked_up <= picture_valid ? !picture_padding : has_table;
    direct <= result_bytes;
    if (picture_valid) direct[7:0] <= zero_point;
    lanes <= result_lanes;
    if (picture_valid) lanes[LANE-1:0] <= picture_lane;
    out_address <= picture_valid ? picture_address : result_address;
  end
  assign out_valid = |valid;
  wire [7:0] byte_0 = is_looked_up ? looked_up : direct[7:0];
  generate
    if (REQUANTISERS == 1) begin : one
      assign out_word = {LANES{byte_0}};
      assign out_lanes = {{LANES - 1{1'b0}}, valid} << lanes;
    end else begin : several
      reg [LANES-1:0] stores;
      reg [LANES*8-1:0] word;
      integer i, lane;
      always @* begin
        stores = {LANES{1'b0}};
        word = {LANES * 8{1'b0}};
        for (lane = 0; lane < LANES; lane = lane + 1)
          for (i = 0; i < REQUANTISERS; i = i + 1)
            if (valid[i] && lanes[i*LANE+:LANE] == lane[LANE-1:0]) begin
              stores[lane] = 1'b1;
              word[lane*8+:8] =
                  word[lane*8+:8] | (i == 0 ? byte_0 : direct[i*8+:8]);
            end
      end
      assign out_lanes = stores;
      assign out_word = word;
    end
  endgenerate
endmodule
