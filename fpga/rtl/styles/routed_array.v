// style_array behind few pins, for placing and routing it: a byte comes in and
// a byte leaves in a cycle, through shift registers that are part of the count.
module routed_array #(
    parameter PES = 4,
    parameter LANES = 16,
    parameter WEIGHT_BITS = 2,
    parameter MULTIPLIER = 1,
    parameter SUM = 24
) (
    input clk,
    input reset,
    input in_last,
    input [7:0] in_byte,
    output reg [7:0] out_byte
);
  localparam VALUES = LANES * 9, CODES = PES * LANES * WEIGHT_BITS;
  localparam ALL = VALUES + CODES;
  reg [ALL-1:0] shifted;
  reg last;
  wire [ALL+7:0] longer = {shifted, in_byte};
  always @(posedge clk) begin
    shifted <= longer[ALL-1:0];
    last <= in_last;
  end

  wire valid;
  wire [PES*SUM-1:0] sums;
  wire [5:0] place;
  style_array #(
      .STYLE(1),
      .PES(PES),
      .LANES(LANES),
      .WINDOW(LANES),
      .WEIGHT_BITS(WEIGHT_BITS),
      .MULTIPLIER(MULTIPLIER),
      .SUM(SUM)
  ) array (
      .clk(clk),
      .reset(reset),
      .advance(1'b1),
      .in_valid(1'b1),
      .in_last(last),
      .in_place(6'd0),
      .in_codes(shifted[CODES-1:0]),
      .in_indices({PES * LANES * 4{1'b0}}),
      .out_place(place),
      .in_values(shifted[ALL-1:CODES]),
      .out_valid(valid),
      .out_sums(sums)
  );

  reg [PES*SUM-1:0] leaving;
  always @(posedge clk) begin
    leaving <= valid ? sums : {8'd0, leaving[PES*SUM-1:8]};
    out_byte <= leaving[7:0];
  end
  wire unused = &{longer[ALL+7:ALL], place};
endmodule
