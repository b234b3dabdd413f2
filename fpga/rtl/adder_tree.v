// Sum of LANES signed values of BITS bits, each with a carry of weight one:
//   sum + carry == sum over lanes of (value + carry)
// The carries make negation free: -x is ~x with a carry. Each adder takes one
// carry in; the last one leaves with the sum, for the adder that follows.
//
// LANES      >= 1, any number
// LEVELS     ceil(log2(LANES)) or more: fixes the width of the sum
// REGISTERED 1: a register after each level; 0: none
// Latency LEVELS * REGISTERED cycles in which advance is high, one vector a
// cycle; no reset: what enters comes out.
module adder_tree #(
    parameter LANES = 16,
    parameter BITS = 9,
    parameter LEVELS = 4,
    parameter REGISTERED = 1
) (
    input clk,
    input advance,
    input [LANES*BITS-1:0] values,  // [LANES], lane 0 in the lowest bits
    input [LANES-1:0] carries,
    output signed [BITS+LEVELS-1:0] sum,
    output carry
);
  localparam WIDTH = BITS + LEVELS;
  localparam LOW = (1 << LEVELS) / 2;  // most lanes of the lower subtree

  generate
    if (LEVELS == 0) begin : leaf
      assign sum = values;
      assign carry = carries;
      wire unused = &{clk, advance};  // only registers need them
    end else begin : node
      wire signed [WIDTH-1:0] total;
      wire left_over;
      if (LANES > LOW) begin : two
        wire signed [WIDTH-2:0] low_sum, high_sum;
        wire low_carry, high_carry;
        adder_tree #(
            .LANES(LOW),
            .BITS(BITS),
            .LEVELS(LEVELS - 1),
            .REGISTERED(REGISTERED)
        ) low (
            .clk(clk),
            .advance(advance),
            .values(values[LOW*BITS-1:0]),
            .carries(carries[LOW-1:0]),
            .sum(low_sum),
            .carry(low_carry)
        );
        adder_tree #(
            .LANES(LANES - LOW),
            .BITS(BITS),
            .LEVELS(LEVELS - 1),
            .REGISTERED(REGISTERED)
        ) high (
            .clk(clk),
            .advance(advance),
            .values(values[LANES*BITS-1:LOW*BITS]),
            .carries(carries[LANES-1:LOW]),
            .sum(high_sum),
            .carry(high_carry)
        );
        assign total = {low_sum[WIDTH-2], low_sum}
            + {high_sum[WIDTH-2], high_sum} + {{WIDTH - 1{1'b0}}, low_carry};
        assign left_over = high_carry;
      end else begin : one
        wire signed [WIDTH-2:0] only_sum;
        adder_tree #(
            .LANES(LANES),
            .BITS(BITS),
            .LEVELS(LEVELS - 1),
            .REGISTERED(REGISTERED)
        ) only (
            .clk(clk),
            .advance(advance),
            .values(values),
            .carries(carries),
            .sum(only_sum),
            .carry(left_over)
        );
        assign total = {only_sum[WIDTH-2], only_sum};
      end
      if (REGISTERED != 0) begin : registered
        reg signed [WIDTH-1:0] sum_q;
        reg carry_q;
        always @(posedge clk)
          if (advance) begin
            sum_q <= total;
            carry_q <= left_over;
          end
        assign sum = sum_q;
        assign carry = carry_q;
      end else begin : direct
        assign sum = total;
        assign carry = left_over;
      end
    end
  endgenerate
endmodule
