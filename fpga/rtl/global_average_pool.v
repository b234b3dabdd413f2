// The exact sum of each channel over the PIXELS pixels of a picture, which
// requantise (bias 0) turns into the average:
//   sum[c] = sum over pixels of (q[c] - zero_point)
//
// CHANNELS  of a pixel, channel 0 in the lowest bits
// BITS      of a signed input, 9 for bytes
// SUM       bits of a sum
//
// One pixel a cycle; the sums of a picture leave together, one cycle after its
// last pixel.
module global_average_pool #(
    parameter CHANNELS = 4,
    parameter BITS = 9,
    parameter PIXELS = 64,
    parameter SUM = 32
) (
    input clk,
    input reset,
    input signed [BITS-1:0] zero_point,
    input in_valid,
    output in_ready,
    input [CHANNELS*BITS-1:0] in_pixel,
    output reg out_valid,
    input out_ready,
    output reg [CHANNELS*SUM-1:0] out_sums
);
  reg [31:0] count;  // pixels of this picture so far
  wire first = count == 0;
  wire last = count == PIXELS - 1;
  assign in_ready = out_ready || !out_valid;
  wire take = in_valid && in_ready;
  always @(posedge clk)
    if (reset) begin
      count <= 32'd0;
      out_valid <= 1'b0;
    end else if (in_ready) begin
      out_valid <= in_valid && last;
      if (in_valid) count <= last ? 32'd0 : count + 32'd1;
    end

  genvar channel;
  generate
    for (channel = 0; channel < CHANNELS; channel = channel + 1) begin : sums
      wire [BITS-1:0] value = in_pixel[channel*BITS+:BITS];
      wire [BITS:0] centred =
          {value[BITS-1], value} - {zero_point[BITS-1], zero_point};
      wire [SUM-1:0] sum = out_sums[channel*SUM+:SUM];
      always @(posedge clk)
        if (take)
          out_sums[channel*SUM+:SUM] <= (first ? {SUM{1'b0}} : sum)
              + {{SUM - BITS - 1{centred[BITS]}}, centred};
    end
  endgenerate
endmodule
