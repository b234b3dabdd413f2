// Turns pixels of IN_LANES channels a beat into pixels of OUT_LANES.
//
// A pixel takes as many cycles as it has beats on the side with more of them,
// pixels back to back, where one of the lanes divides the other or a pixel is a
// single beat on either side. Else it is cut into beats of their greatest
// common divisor first, one a cycle.
module lanes_stage #(
    parameter CHANNELS = 6,
    parameter IN_LANES = 4,
    parameter OUT_LANES = 2
) (
    input clk,
    input reset,
    input in_valid,
    output in_ready,
    input [IN_LANES*8-1:0] in_data,
    output out_valid,
    input out_ready,
    output [OUT_LANES*8-1:0] out_data
);
  function integer common(input integer a, input integer b);
    for (common = a; a % common != 0 || b % common != 0; common = common - 1);
  endfunction
  localparam DIVISOR = common(IN_LANES, OUT_LANES);
  localparam SPLITS = CHANNELS <= IN_LANES || DIVISOR == OUT_LANES;
  localparam JOINS = CHANNELS <= OUT_LANES || DIVISOR == IN_LANES;
  localparam MIDDLE = SPLITS ? OUT_LANES : JOINS ? IN_LANES : DIVISOR;

  wire middle_valid, middle_ready;
  wire [MIDDLE*8-1:0] middle;
  generate
    if (SPLITS || !JOINS) begin : split
      lanes_split #(
          .CHANNELS(CHANNELS),
          .IN_LANES(IN_LANES),
          .OUT_LANES(MIDDLE)
      ) split (
          .clk(clk),
          .reset(reset),
          .in_valid(in_valid),
          .in_ready(in_ready),
          .in_data(in_data),
          .out_valid(middle_valid),
          .out_ready(middle_ready),
          .out_data(middle)
      );
    end else begin : whole
      assign middle_valid = in_valid;
      assign in_ready = middle_ready;
      assign middle = in_data;
    end
    if (!SPLITS) begin : join_up
      lanes_join #(
          .CHANNELS(CHANNELS),
          .IN_LANES(MIDDLE),
          .OUT_LANES(OUT_LANES)
      ) joined (
          .clk(clk),
          .reset(reset),
          .in_valid(middle_valid),
          .in_ready(middle_ready),
          .in_data(middle),
          .out_valid(out_valid),
          .out_ready(out_ready),
          .out_data(out_data)
      );
    end else begin : parts
      assign out_valid = middle_valid;
      assign middle_ready = out_ready;
      assign out_data = middle;
    end
  endgenerate
endmodule
