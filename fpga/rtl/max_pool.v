// The largest of each channel over the pixels of a window; window.v cuts the
// windows, its padding being the lowest value. Latency 1, one window a cycle.
//
// TAPS      pixels of a window
// CHANNELS  of a pixel, channel 0 in the lowest bits
// BITS      of a signed value
module max_pool #(
    parameter TAPS = 4,
    parameter CHANNELS = 1,
    parameter BITS = 9
) (
    input clk,
    input reset,
    input in_valid,
    output in_ready,
    input in_last,
    input [TAPS*CHANNELS*BITS-1:0] in_window,  // [TAPS][CHANNELS]
    output reg out_valid,
    input out_ready,
    output reg out_last,
    output reg [CHANNELS*BITS-1:0] out_pixel
);
  assign in_ready = out_ready || !out_valid;
  reg [CHANNELS*BITS-1:0] largest;
  reg signed [BITS-1:0] value, best;
  integer tap, channel;
  always @* begin
    value = {BITS{1'b0}};
    for (channel = 0; channel < CHANNELS; channel = channel + 1) begin
      best = in_window[channel*BITS+:BITS];
      for (tap = 1; tap < TAPS; tap = tap + 1) begin
        value = in_window[(tap*CHANNELS+channel)*BITS+:BITS];
        if (value > best) best = value;
      end
      largest[channel*BITS+:BITS] = best;
    end
  end
  always @(posedge clk)
    if (reset) out_valid <= 1'b0;
    else if (in_ready) begin
      out_valid <= in_valid;
      out_last <= in_last;
      out_pixel <= largest;
    end
endmodule
