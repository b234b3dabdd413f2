// What every bench has: a clock, a reset, counted checks, an end. A bench
// includes this file in its module, calls check and, at last, finish; it exits
// with 1 on failure and when nothing ends.
parameter STALL = 30;  // per cent of cycles in which a stream stalls
parameter SEED = 1;
reg clk = 0, reset = 1;
integer checked = 0, wrong = 0, cycle = 0;
always #5 clk = !clk;
initial #42 reset = 0;
always @(posedge clk) cycle <= cycle + 1;

task check(input right);
  begin
    checked = checked + 1;
    if (right !== 1'b1) begin
      wrong = wrong + 1;
      if (wrong <= 5) $display("cycle %0d: check %0d is wrong", cycle, checked);
    end
  end
endtask

task finish;
  begin
    if (wrong != 0 || checked == 0) begin
      $display("FAIL: %0d of %0d checks", wrong, checked);
      $finish_and_return(1);
    end
    $display("PASS: %0d checks", checked);
    $finish_and_return(0);
  end
endtask

initial begin
  #20000000 $display("FAIL: no end after %0d checks", checked);
  $finish_and_return(1);
end
