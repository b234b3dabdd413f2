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

  genvar stage;
  generate
    for (stage = 0; stage < STAGES; stage = stage + 1) begin : stages
      reg [WIDE-1:0] sum;
      reg [TERM-1:0] value;
      reg [TERM:0] rest;
      wire [WIDE-1:0] first, second;
      booth_row #(
          .BITS(TERM)
      ) even (
          .sum(sums[stage]),
          .value(terms[stage]),
          .digit(bits[stage][2:0]),
          .next(first)
      );
      if (2 * stage + 1 < ROWS) begin : two
        booth_row #(
            .BITS(TERM)
        ) odd (
            .sum(first),
            .value(terms[stage]),
            .digit(bits[stage][4:2]),
            .next(second)
        );
      end else begin : one
        assign second = first;
      end
      always @(posedge clk)
        if (advance) begin
          sum <= second;
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
