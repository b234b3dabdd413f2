// The largest of each channel over the pixels of a window that lie inside the
// picture, LANES channels a cycle.
//
// Parameters: docs/fpga.md
//
// A position takes KERNEL_HEIGHT * KERNEL_WIDTH * ceil(CHANNELS / LANES)
// cycles, positions back to back as long as input is there and output is taken.
// Its first beat is valid KERNEL_HEIGHT * KERNEL_WIDTH + 2 cycles after its
// last input.
module max_pool_stage #(
    parameter HEIGHT = 8,
    parameter WIDTH = 8,
    parameter CHANNELS = 4,
    parameter LANES = 4,
    parameter KERNEL_HEIGHT = 2,
    parameter KERNEL_WIDTH = 2,
    parameter STRIDE_Y = 2,
    parameter STRIDE_X = 2,
    parameter TOP = 0,
    parameter LEFT = 0,
    parameter OUT_HEIGHT = 4,
    parameter OUT_WIDTH = 4,
    parameter LINES = 4,
    parameter IN_SIGNED = 0
) (
    input clk,
    input reset,
    input in_valid,
    output in_ready,
    input [LANES*8-1:0] in_data,
    output reg out_valid,
    input out_ready,
    output reg [LANES*8-1:0] out_data
);
  wire advance = out_ready || !out_valid;
  wire valid, is_inside, first, last;
  wire [LANES*8-1:0] data;
  window_reader #(
      .HEIGHT(HEIGHT),
      .WIDTH(WIDTH),
      .CHANNELS(CHANNELS),
      .LANES(LANES),
      .KERNEL_HEIGHT(KERNEL_HEIGHT),
      .KERNEL_WIDTH(KERNEL_WIDTH),
      .STRIDE_Y(STRIDE_Y),
      .STRIDE_X(STRIDE_X),
      .TOP(TOP),
      .LEFT(LEFT),
      .OUT_HEIGHT(OUT_HEIGHT),
      .OUT_WIDTH(OUT_WIDTH),
      .LINES(LINES)
  ) windows (
      .clk(clk),
      .reset(reset),
      .in_valid(in_valid),
      .in_ready(in_ready),
      .in_data(in_data),
      .advance(advance),
      .out_valid(valid),
      .out_inside(is_inside),
      .out_first(first),
      .out_last(last),
      .out_data(data)
  );

  reg found;  // out_data holds the largest so far
  always @(posedge clk)
    if (reset) out_valid <= 1'b0;
    else if (advance) out_valid <= valid && last;
  always @(posedge clk)
    if (advance && valid) found <= is_inside || (found && !first);
  wire keep = found && !first;
  genvar lane;
  generate
    for (lane = 0; lane < LANES; lane = lane + 1) begin : lanes
      wire [7:0] value = data[lane*8+:8], best = out_data[lane*8+:8];
      localparam [7:0] SIGN = IN_SIGNED != 0 ? 8'h80 : 8'h00;
      wire more = (value ^ SIGN) > (best ^ SIGN);
      always @(posedge clk)
        if (advance && valid && is_inside && (more || !keep))
          out_data[lane*8+:8] <= value;
    end
  endgenerate
endmodule
