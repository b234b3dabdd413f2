// ternary_pe of 4 lanes of 4 bits for all activations and codes, in any order
// of beats and stalls, for ever: its sum is that of the definition, modulo 2^12,
// the width of both accumulators.
module pe_proof (
    input clk,
    input advance,
    input in_valid,
    input in_last,
    input [15:0] in_values,
    input [7:0] in_codes
);
  reg reset = 1;
  always @(posedge clk) reset <= 0;
  wire out_valid;
  wire [11:0] out_sum;
  ternary_pe #(
      .LANES(4),
      .BITS(4),
      .SUM(12),
      .REGISTERED(0)
  ) dut (
      .clk(clk),
      .reset(reset),
      .advance(advance),
      .in_valid(in_valid),
      .in_last(in_last),
      .in_values(in_values),
      .in_codes(in_codes),
      .out_valid(out_valid),
      .out_sum(out_sum)
  );

  function [11:0] term(input [3:0] value, input [1:0] code);
    term = !code[0] ? 12'd0 : code[1] ? -{{8{value[3]}}, value}
        : {{8{value[3]}}, value};
  endfunction
  reg starts = 1, known = 0, ended = 0;
  reg [11:0] total;
  always @(posedge clk)
    if (!reset && advance) begin
      if (in_valid) begin
        total <= (starts ? 12'd0 : total)
            + ((term(in_values[3:0], in_codes[1:0])
            + term(in_values[7:4], in_codes[3:2]))
            + (term(in_values[11:8], in_codes[5:4])
            + term(in_values[15:12], in_codes[7:6])));
        starts <= in_last;
        known <= 1;
      end
      ended <= in_valid && in_last;
    end
  // What induction has to know of the inside: Yosys' way to name it.
  (* hierconn *)
  wire \dut.accumulator.starts ;
  always @* if (reset) assert (starts && !known && !ended);
  else begin
    assert (\dut.accumulator.starts == starts && (known || starts));
    if (known) assert (out_sum == total);
    assert (out_valid == ended);
  end
endmodule
