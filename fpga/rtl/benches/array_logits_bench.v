// array_logits: logits written in any order leave in that of the channels,
// while the output pauses.
module array_logits_bench;
  `include "bench.vh"
  parameter LOGITS = 7;
  parameter SUM = 20;
  localparam CHANNEL = 3, PICTURES = 40;
  integer seed = SEED, picture, i;
  reg write_valid = 0, send = 0;
  reg [CHANNEL-1:0] channel;
  reg signed [SUM-1:0] value, values[0:PICTURES*LOGITS-1];
  wire busy, out_valid, out_ready, out_last;
  wire [31:0] data, received, broken;
  array_logits #(.LOGITS(LOGITS), .CHANNEL(CHANNEL), .SUM(SUM)) dut (
      .clk(clk), .reset(reset), .write_valid(write_valid),
      .write_channel(channel), .write_logit(value), .send(send), .busy(busy),
      .out_valid(out_valid), .out_ready(out_ready), .out_data(data),
      .out_last(out_last));
  stream_sink #(.WIDTH(33), .STALL(STALL), .SEED(SEED)) sink (
      .clk(clk), .reset(reset), .valid(out_valid), .data({out_last, data}),
      .ready(out_ready), .index(received), .broken(broken));
  initial begin
    @(negedge reset);
    for (picture = 0; picture < PICTURES; picture = picture + 1) begin
      for (i = 0; i < LOGITS; i = i + 1) begin
        @(negedge clk) write_valid = 1;
        channel = (i * 3 + picture) % LOGITS;
        value = $random(seed);
        values[picture*LOGITS+channel] = value;
      end
      @(negedge clk) write_valid = 0;
      send = 1;
      @(negedge clk) send = 0;
      while (busy) @(negedge clk);
      check(received == (picture + 1) * LOGITS);
    end
    check(broken == 0);
    finish;
  end
  integer expected;
  always @(posedge clk)
    if (!reset && out_valid && out_ready) begin
      expected = values[received];
      check(data === expected);
      check(out_last === (received % LOGITS == LOGITS - 1));
    end
endmodule
