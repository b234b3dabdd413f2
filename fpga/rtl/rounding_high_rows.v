// rounding_high_multiply from adders, two bits of the multiplier a row: each
// row adds -2, -1, 0, 1 or 2 times the term (Booth), so TERM / 2 rows suffice.
//
// TERM even, >= 4. A register after every two rows: latency ceil(TERM / 4)
// cycles in which advance is high, one product a cycle.
module rounding_high_rows #(
    parameter TERM = 16
) (
    input clk,
    input advance,
    input [TERM-1:0] term,  // signed
    input [TERM-1:0] multiplier,  // signed, not -2^(TERM-1)
    output [TERM-1:0] result
);
  localparam ROWS = TERM / 2, STAGES = (ROWS + 1) / 2;
  localparam WIDE = TERM + 2;  // of a sum of rows without its final bits
  localparam [31:0] HALF = 1 << (TERM - 2);  // rounds

  wire [WIDE-1:0] sums[0:STAGES];
  wire [TERM-1:0] terms[0:STAGES];
  wire [TERM:0] bits[0:STAGES];  // of the multiplier, those above row s * 2
  assign sums[0] = {HALF[TERM-1:0], 2'b00};
  assign terms[0] = term;
  assign bits[0] = {multiplier, 1'b0};

  // A row: the sum so far, shifted by the two bits that are final, plus a
  // digit times the term.
  function [WIDE-1:0] row(input [WIDE-1:0] sum, input [TERM-1:0] value,
                          input [2:0] digit);
    reg one, two, negative;
    reg [WIDE-1:0] multiple;
    begin
      one = digit[0] ^ digit[1];
      two = digit == 3'b011 || digit == 3'b100;
      negative = digit[2];
      multiple = ({{2{value[TERM-1]}}, value} & {WIDE{one}})
          | ({value[TERM-1], value, 1'b0} & {WIDE{two}});
      row = {{2{sum[WIDE-1]}}, sum[WIDE-1:2]} + (multiple ^ {WIDE{negative}})
          + {{WIDE - 1{1'b0}}, negative};
    end
  endfunction

  genvar stage;
  generate
    for (stage = 0; stage < STAGES; stage = stage + 1) begin : stages
      reg [WIDE-1:0] sum;
      reg [TERM-1:0] value;
      reg [TERM:0] rest;
      wire [WIDE-1:0] first = row(sums[stage], terms[stage], bits[stage][2:0]);
      always @(posedge clk)
        if (advance) begin
          sum <= 2 * stage + 1 < ROWS
              ? row(first, terms[stage], bits[stage][4:2]) : first;
          value <= terms[stage];
          rest <= {4'b0, bits[stage][TERM:4]};
        end
      assign sums[stage+1] = sum;
      assign terms[stage+1] = value;
      assign bits[stage+1] = rest;
    end
  endgenerate
  assign result = sums[STAGES][WIDE-2:1];
  wire unused = &{sums[STAGES][WIDE-1], sums[STAGES][0], terms[STAGES],
                  bits[STAGES]};
endmodule
