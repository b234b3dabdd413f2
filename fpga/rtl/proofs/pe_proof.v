// ternary_pe of 4 lanes of 4 bits, with TERMS and without, for all activations
// and codes, in any order of beats and stalls, for ever: its sum is that of the
// definition, modulo 2^12, the width of both accumulators.
module pe_proof (
    input clk,
    input advance,
    input in_valid,
    input in_last,
    input in_doubles,
    input [15:0] in_values,
    input [7:0] in_codes
);
  reg reset = 1;
  always @(posedge clk) reset <= 0;
  wire [1:0] out_valid;
  wire [11:0] out_sum, out_doubled;
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
      .in_doubles(in_doubles),
      .in_values(in_values),
      .in_codes(in_codes),
      .out_valid(out_valid[0]),
      .out_sum(out_sum)
  );
  ternary_pe #(
      .LANES(4),
      .BITS(4),
      .SUM(12),
      .REGISTERED(0),
      .TERMS(1)
  ) dut_of_terms (
      .clk(clk),
      .reset(reset),
      .advance(advance),
      .in_valid(in_valid),
      .in_last(in_last),
      .in_doubles(in_doubles),
      .in_values(in_values),
      .in_codes(in_codes),
      .out_valid(out_valid[1]),
      .out_sum(out_doubled)
  );

  function [11:0] term(input [3:0] value, input [1:0] code);
    term = !code[0] ? 12'd0 : code[1] ? -{{8{value[3]}}, value}
        : {{8{value[3]}}, value};
  endfunction
  reg starts = 1, known = 0, ended = 0;
  reg [11:0] total, doubled;
  wire [11:0] beat = (term(in_values[3:0], in_codes[1:0])
      + term(in_values[7:4], in_codes[3:2]))
      + (term(in_values[11:8], in_codes[5:4])
      + term(in_values[15:12], in_codes[7:6]));
  always @(posedge clk)
    if (!reset && advance) begin
      if (in_valid) begin
        total <= (starts ? 12'd0 : total) + beat;
        doubled <= beat + (starts ? 12'd0
            : in_doubles ? doubled + doubled : doubled);
        starts <= in_last;
        known <= 1;
      end
      ended <= in_valid && in_last;
    end
  // What induction has to know of the inside: Yosys' way to name it.
  (* hierconn *)
  wire \dut.accumulator.starts ;
  (* hierconn *)
  wire \dut_of_terms.accumulator.starts ;
  always @* if (reset) assert (starts && !known && !ended);
  else begin
    assert (\dut.accumulator.starts == starts && (known || starts));
    assert (\dut_of_terms.accumulator.starts == starts);
    if (known) assert (out_sum == total && out_doubled == doubled);
    assert (out_valid == {2{ended}});
  end
endmodule
