// lanes_stage for all bytes and stalls of the first cycles after reset
// (bounded): pixels of three channels, from two a beat to one, from one to two,
// and from three to two. Any one channel of the stream leaves as it came.
module lanes_proof (
    input clk,
    input [2:0] in_valid,
    input [71:0] in_data,
    input [2:0] out_ready
);
  reg reset = 1;
  always @(posedge clk) reset <= 0;
  genvar i;
  generate
    for (i = 0; i < 3; i = i + 1) begin : stages
      localparam IN = i == 0 ? 2 : i == 1 ? 1 : 3;
      localparam OUT = i == 0 ? 1 : 2;
      wire in_ready, out_valid;
      wire [OUT*8-1:0] out_data;
      lanes_stage #(
          .CHANNELS(3),
          .IN_LANES(IN),
          .OUT_LANES(OUT)
      ) dut (
          .clk(clk),
          .reset(reset),
          .in_valid(in_valid[i]),
          .in_ready(in_ready),
          .in_data(in_data[i*24+:IN*8]),
          .out_valid(out_valid),
          .out_ready(out_ready[i]),
          .out_data(out_data)
      );
      // Channel `lane` of pixel `which` is followed.
      (* anyconst *) reg [3:0] which;
      (* anyconst *) reg [1:0] lane;
      always @* assume (lane < 3);
      reg [3:0] in_pixel = 0, out_pixel = 0;
      reg [1:0] in_channel = 0, out_channel = 0;  // first of the next beat
      reg [7:0] value;
      wire enter = in_valid[i] && in_ready, leave = out_valid && out_ready[i];
      wire in_ends = in_channel + IN >= 3, out_ends = out_channel + OUT >= 3;
      wire [1:0] in_place = lane - in_channel, out_place = lane - out_channel;
      wire [31:0] in_word = in_data[i*24+:IN*8] >> in_place * 8;
      wire [31:0] out_word = out_data >> out_place * 8;
      always @(posedge clk)
        if (!reset) begin
          if (enter) begin
            in_channel <= in_ends ? 0 : in_channel + IN;
            in_pixel <= in_pixel + in_ends;
            if (in_pixel == which && lane >= in_channel && in_place < IN)
              value <= in_word[7:0];
          end
          if (leave) begin
            out_channel <= out_ends ? 0 : out_channel + OUT;
            out_pixel <= out_pixel + out_ends;
          end
        end
      wire follows =
          out_pixel == which && lane >= out_channel && out_place < OUT;
      always @* if (!reset && leave) begin
        if (follows) assert (out_word[7:0] == value);
        assert (out_pixel < in_pixel
            || (out_pixel == in_pixel && out_channel < in_channel));
      end
    end
  endgenerate
endmodule
