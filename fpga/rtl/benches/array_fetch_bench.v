// array_fetch, and with it array_walk, against nested loops: random steps, with
// padding, strides and words of their own, sweeping or not. Their beats come
// one a cycle; STALL makes pauses between steps.
module array_fetch_bench;
  `include "bench.vh"
  localparam ADDRESS = 12, WORD = 5, PLACE = 6, TAP = 2, OFFSET = 9, TERM = 3;
  localparam STEPS = 60, DEPTH = 32;
  localparam WIDE = 1 + 2 * TAP + OFFSET + TERM;

  reg write_enable = 0, start = 0;
  reg [WORD-1:0] write_address;
  reg [WIDE-1:0] places[0:DEPTH-1];
  integer height, width, groups, top, left, stride_y, stride_x;
  integer out_rows, out_columns, tap_rows, tap_columns, base, first_word, words;
  reg sweeps;
  reg [ADDRESS-1:0] corner, column_step, row_step, tap_step, tap_row_step;
  reg [PLACE-1:0] first_row, first_column;
  wire [PLACE-1:0] last_tap_row = sweeps ? tap_rows - 1 : 0;
  wire [PLACE-1:0] last_tap_column = sweeps ? tap_columns - 1 : 0;
  wire [WORD-1:0] from_word = first_word, to_word = first_word + words - 1;
  wire [PLACE-1:0] down = stride_y, right = stride_x, last_row = out_rows - 1;
  wire [PLACE-1:0] last_column = out_columns - 1, high = height, wide = width;
  wire ends, out_valid, is_inside, first, last;
  wire [ADDRESS-1:0] address;
  wire [WORD-1:0] word;
  wire [TERM-1:0] shift;
  array_fetch #(
      .ADDRESS(ADDRESS), .WORD(WORD), .PLACE(PLACE), .TAP(TAP),
      .OFFSET(OFFSET), .TERM(TERM), .DEPTH(DEPTH)) dut (
      .clk(clk), .reset(reset), .write_enable(write_enable),
      .write_address(write_address), .write_word(places[write_address]),
      .start(start), .window({corner, column_step, row_step, first_row,
          first_column, down, right, last_row, last_column, high, wide,
          from_word, to_word, sweeps, last_tap_row, last_tap_column, tap_step,
          tap_row_step}),
      .ends(ends), .out_valid(out_valid), .out_address(address),
      .out_word(word), .out_inside(is_inside), .out_first(first),
      .out_last(last), .out_shift(shift));

  integer seed = SEED, step, i, row, column;
  function integer pick(input integer low, input integer most);
    pick = $dist_uniform(seed, low, most);
  endfunction
  task choose;
    begin
      sweeps = pick(0, 1);
      height = pick(1, 7);
      width = pick(1, 7);
      groups = pick(1, 3);
      top = pick(0, 2);
      left = pick(0, 2);
      stride_y = pick(1, 2);
      stride_x = pick(1, 3);
      out_rows = pick(1, 4);
      out_columns = pick(1, 4);
      tap_rows = pick(1, 3);
      tap_columns = pick(1, 3);
      base = pick(0, 2000);
      first_word = pick(0, 9);
      words = pick(1, 9);
      corner = base - (top * width + left) * groups;
      column_step = stride_x * groups;
      row_step = stride_y * width * groups;
      tap_step = groups;
      tap_row_step = (width - tap_columns + 1) * groups;
      first_row = -top;
      first_column = -left;
    end
  endtask
  // A word's last, row, column, group and shift, which make its entry.
  reg w_last[0:DEPTH-1];
  integer w_row[0:DEPTH-1], w_column[0:DEPTH-1], w_group[0:DEPTH-1];
  reg [TERM-1:0] w_shift[0:DEPTH-1];
  reg [TAP-1:0] field_row, field_column;
  reg [OFFSET-1:0] offset;
  task load;
    for (i = first_word; i < first_word + words; i = i + 1) begin
      w_last[i] = sweeps || i == first_word + words - 1 || pick(0, 1) == 1;
      w_row[i] = sweeps ? 0 : pick(0, tap_rows - 1);
      w_column[i] = sweeps ? 0 : pick(0, tap_columns - 1);
      w_group[i] = pick(0, groups - 1);
      w_shift[i] = pick(0, 7);
      field_row = sweeps ? $random(seed) : w_row[i];
      field_column = sweeps ? $random(seed) : w_column[i];
      offset = (w_row[i] * width + w_column[i]) * groups + w_group[i];
      places[i] = {w_last[i], field_row, field_column, offset, w_shift[i]};
      @(negedge clk) write_enable = 1;
      write_address = i;
      @(negedge clk) write_enable = 0;
    end
  endtask

  integer started, y, x, at_y, at_x, tap_y, tap_x, beats;
  reg tile_first;
  reg [ADDRESS-1:0] expected;
  task one_tap;
    begin
      while (!out_valid) @(negedge clk);
      at_y = y * stride_y - top + (sweeps ? tap_y : w_row[i]);
      at_x = x * stride_x - left + (sweeps ? tap_x : w_column[i]);
      expected = base + (at_y * width + at_x) * groups + w_group[i];
      check(is_inside === (at_y >= 0 && at_y < height && at_x >= 0
          && at_x < width));
      check(address === expected && word === i && shift === w_shift[i]);
      check(first === tile_first);
      tile_first = w_last[i] && (!sweeps
          || (tap_y == tap_rows - 1 && tap_x == tap_columns - 1));
      check(last === tile_first);
      beats = beats + 1;
      @(negedge clk);
    end
  endtask
  initial begin
    @(negedge reset);
    for (step = 0; step < STEPS; step = step + 1) begin
      choose;
      load;
      while (pick(0, 99) < STALL) @(negedge clk);
      @(negedge clk) start = 1;
      @(negedge clk) start = 0;
      started = cycle;
      beats = 0;
      tile_first = 1;
      for (y = 0; y < out_rows; y = y + 1)
        for (x = 0; x < out_columns; x = x + 1)
          for (i = first_word; i < first_word + words; i = i + 1)
            for (tap_y = 0; tap_y < (sweeps ? tap_rows : 1); tap_y = tap_y + 1)
              for (tap_x = 0; tap_x < (sweeps ? tap_columns : 1);
                   tap_x = tap_x + 1)
                one_tap;
      check(!out_valid && cycle - started == beats + 2);
    end
    finish;
  end
endmodule
