// line_ring with tap_address for all timings of the first cycles after reset
// (bounded): pictures of 2 x 2 pixels of one beat, padded above and left,
// windows of 2 x 2, three lines. Whatever tap of a valid position is asked for,
// in whatever cycle, its beat lies where it should, or it is outside.
module ring_proof (
    input clk,
    input in_valid,
    input next,
    input tap_row,
    input tap_column
);
  reg reset = 1;
  always @(posedge clk) reset <= 0;
  wire in_ready, store, position_valid;
  wire [2:0] store_address, address;
  wire [1:0] slot;
  wire place, is_inside;
  wire [1:0] rows_inside, columns_inside;
  line_ring #(
      .HEIGHT(2),
      .WIDTH(2),
      .KERNEL_HEIGHT(2),
      .KERNEL_WIDTH(2),
      .OUT_HEIGHT(2),
      .OUT_WIDTH(2),
      .LINES(3),
      .SLOT(2),
      .PLACE(1)
  ) dut (
      .clk(clk),
      .reset(reset),
      .in_valid(in_valid),
      .in_ready(in_ready),
      .write_enable(store),
      .write_address(store_address),
      .position_valid(position_valid),
      .next(next && position_valid),
      .slot(slot),
      .place(place),
      .rows_inside(rows_inside),
      .columns_inside(columns_inside)
  );
  tap_address #(
      .LINES(3),
      .KERNEL_HEIGHT(2),
      .KERNEL_WIDTH(2),
      .SLOT(2),
      .PLACE(1),
      .ROW(1),
      .COLUMN(1)
  ) tap (
      .slot(slot),
      .place(place),
      .rows_inside(rows_inside),
      .columns_inside(columns_inside),
      .row(tap_row),
      .column(tap_column),
      .group(1'b0),
      .address(address),
      .is_inside(is_inside)
  );
  // The memory, which holds for each beat its number.
  reg [5:0] stored[0:5];
  reg [5:0] beats = 0;
  reg [1:0] picture = 0;  // of the position
  reg y = 0, x = 0;
  always @(posedge clk)
    if (!reset) begin
      if (store) begin
        stored[store_address] <= beats;
        beats <= beats + 1;
      end
      if (next && position_valid) begin
        x <= !x;
        if (x) y <= !y;
        if (x && y) picture <= picture + 1;
      end
    end
  wire [5:0] beat = picture * 4 + (y + tap_row - 1) * 2 + x + tap_column - 1;
  wire expected_inside = y + tap_row != 0 && x + tap_column != 0;
  wire [5:0] last = picture * 4 + y * 2 + x;
  always @* if (!reset) begin
    assert (store == (in_valid && in_ready));
    assert (position_valid == (beats > last));
    if (position_valid) assert (is_inside == expected_inside);
    if (position_valid && is_inside) assert (stored[address] == beat);
  end
endmodule
