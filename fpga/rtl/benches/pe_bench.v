// ternary_pe and dense_pe against their definition, sum of weight * value, with
// TERMS of weights in powers of two, random bubbles and stalls, the most negative activations included, and the
// latency they promise.
module pe_bench;
  `include "bench.vh"
  parameter LANES = 16;
  parameter REGISTERED = 1;
  parameter DENSE = 0;  // 1: dense_pe
  parameter MULTIPLIER = 0;
  parameter TERMS = 0;
  localparam BITS = 9, SUM = 32, SUMS = 500, BEATS = 3000;
  localparam CODE = DENSE != 0 ? 8 : 2;
  function integer ceil_log2(input integer value);
    for (ceil_log2 = 0; (1 << ceil_log2) < value; ceil_log2 = ceil_log2 + 1);
  endfunction
  localparam LATENCY = ceil_log2(LANES) * REGISTERED + 1;

  reg in_valid = 0, in_last = 0, first = 1, advance = 1;
  reg in_doubles = 0;
  reg [LANES*BITS-1:0] values;
  reg [LANES*CODE-1:0] codes;
  wire out_valid;
  wire [SUM-1:0] out_sum;
  generate
    if (DENSE != 0) begin : dense
      dense_pe #(.LANES(LANES), .BITS(BITS), .REGISTERED(REGISTERED),
                 .MULTIPLIER(MULTIPLIER)) dut (
          .clk(clk), .reset(reset), .advance(advance), .in_valid(in_valid),
          .in_last(in_last), .in_values(values), .in_weights(codes),
          .out_valid(out_valid), .out_sum(out_sum));
    end else begin : ternary
      ternary_pe #(.LANES(LANES), .BITS(BITS), .REGISTERED(REGISTERED),
                   .TERMS(TERMS)) dut (
          .clk(clk), .reset(reset), .advance(advance), .in_valid(in_valid),
          .in_last(in_last), .in_doubles(in_doubles), .in_values(values),
          .in_codes(codes), .out_valid(out_valid), .out_sum(out_sum));
    end
  endgenerate

  // The sum by definition, and the step (advancing cycle) it is due at.
  integer expected[0:BEATS-1], due[0:BEATS-1];
  integer seed = SEED, total = 0, entered = 0, left = 0, step = 0, lane;
  reg signed [BITS-1:0] value;
  reg signed [7:0] weight;
  task offer;  // a random beat
    begin
      in_last = $dist_uniform(seed, 0, 3) == 0;
      in_doubles = $random(seed);
      for (lane = 0; lane < LANES; lane = lane + 1) begin
        values[lane*BITS+:BITS] =
            $dist_uniform(seed, 0, 4) == 0 ? 9'h100 : $random(seed);
        codes[lane*CODE+:CODE] = $random(seed);
      end
    end
  endtask
  task add_up;
    begin
      if (first) total = 0;
      else if (TERMS != 0 && in_doubles) total = 2 * total;
      for (lane = 0; lane < LANES; lane = lane + 1) begin
        value = values[lane*BITS+:BITS];
        if (DENSE != 0) weight = codes[lane*CODE+:CODE];
        else weight = !codes[lane*CODE] ? 0 : codes[lane*CODE+1] ? -1 : 1;
        total = total + weight * value;
      end
      first = in_last;
    end
  endtask

  always @(negedge clk)
    if (!reset) begin
      advance = $dist_uniform(seed, 0, 99) >= STALL;
      // A beat that met a stall is offered again.
      if (!in_valid || taken) begin
        in_valid = $dist_uniform(seed, 0, 99) >= STALL;
        if (in_valid) offer;
      end
      taken = 0;
    end
  reg taken = 0;
  always @(posedge clk)
    if (!reset && advance) begin
      if (out_valid) begin
        check(left < entered && out_sum === expected[left]);
        check(step == due[left]);
        left = left + 1;
        if (left == SUMS) finish;
      end
      if (in_valid) begin
        taken = 1;
        add_up;
        if (in_last) begin
          expected[entered] = total;
          due[entered] = step + LATENCY;
          entered = entered + 1;
        end
      end
      step = step + 1;
    end
endmodule
