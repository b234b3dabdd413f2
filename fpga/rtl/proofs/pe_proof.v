// ternary_pe of 4 lanes for all activations and codes, in any order of beats
// and stalls: its sum is that of the definition. The accumulator is 20 bits and
// wraps, as the definition's does.
module pe_proof (
    input clk,
    input advance,
    input in_valid,
    input in_first,
    input in_last,
    input [31:0] in_values,
    input [7:0] in_codes
);
  reg reset = 1;
  always @(posedge clk) reset <= 0;
  wire out_valid;
  wire [19:0] out_sum;
  ternary_pe #(
      .LANES(4),
      .BITS(8),
      .SUM(20),
      .REGISTERED(0)
  ) dut (
      .clk(clk),
      .reset(reset),
      .advance(advance),
      .in_valid(in_valid),
      .in_first(in_first),
      .in_last(in_last),
      .in_values(in_values),
      .in_codes(in_codes),
      .out_valid(out_valid),
      .out_sum(out_sum)
  );

  function [19:0] term(input [7:0] value, input [1:0] code);
    term = !code[0] ? 20'd0 : code[1] ? -{{12{value[7]}}, value}
        : {{12{value[7]}}, value};
  endfunction
  reg started = 0, ended = 0;
  reg [19:0] total;
  always @(posedge clk)
    if (!reset && advance) begin
      if (in_valid) begin
        total <= (in_first ? 20'd0 : total)
            + term(in_values[7:0], in_codes[1:0])
            + term(in_values[15:8], in_codes[3:2])
            + term(in_values[23:16], in_codes[5:4])
            + term(in_values[31:24], in_codes[7:6]);
        started <= started || in_first;
      end
      ended <= in_valid && in_last;
    end
  always @* if (!reset) begin
    if (started) assert (out_sum == total);
    assert (out_valid == ended);
  end
endmodule
