// convolution_stage against the definition of a convolution in integers
// (docs/integer_arithmetic.md): random weights of which few words live, random
// filters in each tile, some without weights, idle words, with TERMS several
// words a tap and doublings between them, several pictures back to back. Without
// stalls the cycle of each pixel is held against the model below.
module convolution_bench;
  `include "bench.vh"
  parameter HEIGHT = 5;
  parameter WIDTH = 4;
  parameter CHANNELS = 6;
  parameter LANES = 4;
  parameter KERNEL_HEIGHT = 3;
  parameter KERNEL_WIDTH = 3;
  parameter STRIDE_Y = 1;
  parameter STRIDE_X = 1;
  parameter TOP = 1;
  parameter LEFT = 1;
  parameter BOTTOM = 1;
  parameter RIGHT = 1;
  parameter FILTERS = 7;
  parameter OUT_LANES = 4;
  parameter UNITS = 1;
  parameter PES = 4;
  parameter REQUANTISERS = 1;
  parameter WEIGHT_BITS = 2;
  parameter TERMS = 0;
  parameter MULTIPLIER = 1;
  parameter SUM = 32;
  parameter SHIFT = 2;
  parameter IN_SIGNED = 0;
  parameter IN_ZERO = 0;
  parameter OUT_ZERO = 0;
  parameter OUT_LOW = 0;
  parameter OUT_HIGH = 255;
  parameter LOGITS = 0;
  parameter WORDS = 20;
  parameter LINES = KERNEL_HEIGHT + STRIDE_Y;
  parameter DEAD = 0;
  parameter PICTURES = 3;
  parameter CONTENTS = "";  // files instead of the configuration bus;
  parameter PARAMETERS = "";  // +dump=FOLDER/ writes them
  parameter CONSTANTS = "";
  parameter STAGE = 5;
  function integer bits(input integer values);
    for (bits = 0; (1 << bits) < values; bits = bits + 1);
  endfunction
  function integer field(input integer values);
    field = values > 1 ? bits(values) : 1;
  endfunction
  localparam OUT_HEIGHT =
      (HEIGHT + TOP + BOTTOM - KERNEL_HEIGHT) / STRIDE_Y + 1;
  localparam OUT_WIDTH = (WIDTH + LEFT + RIGHT - KERNEL_WIDTH) / STRIDE_X + 1;
  localparam GROUPS = (CHANNELS + LANES - 1) / LANES;
  localparam TAPS = KERNEL_HEIGHT * KERNEL_WIDTH * GROUPS;
  localparam TILE = PES / REQUANTISERS;
  localparam LIVING_TILES = (FILTERS - DEAD + PES - 1) / PES;
  localparam TILES =  // of all units
      LIVING_TILES > UNITS ? LIVING_TILES : UNITS;
  localparam STEPS = (TILES + UNITS - 1) / UNITS * TILE;
  localparam ROW = field(KERNEL_HEIGHT), COLUMN = field(KERNEL_WIDTH);
  localparam GROUP = field(GROUPS), CODES = PES * LANES * WEIGHT_BITS;
  localparam WORD = 1 + (TERMS != 0) + ROW + COLUMN + GROUP + CODES;
  localparam BEATS = (FILTERS + OUT_LANES - 1) / OUT_LANES;
  localparam BEAT = field(BEATS), LANE = field(OUT_LANES);
  localparam ENTRY = 1 + BEAT + LANE + 16 + SUM, STEP = REQUANTISERS * ENTRY;
  localparam OUT = LOGITS != 0 ? 32 : OUT_LANES * 8;
  localparam OTHERS = DEAD != 0 && OUT > STEP ? OUT : STEP;  // bits to send
  localparam POSITIONS = OUT_HEIGHT * OUT_WIDTH;
  localparam IN_BEATS = HEIGHT * WIDTH * GROUPS;

  // Filters in random order, the last ones dead; filter of PE p of tile t is
  // order[t * PES + p], FILTERS where there is none.
  integer names[0:FILTERS-1], order[0:TILES*PES-1];
  integer codes[0:FILTERS*TAPS*LANES-1];  // [filter][tap][lane], dead ones 0
  integer bias[0:FILTERS-1], multiplier[0:FILTERS-1];
  reg [UNITS*WORD-1:0] words[0:WORDS-1];
  reg [STEP-1:0] entries[0:UNITS*STEPS-1];
  reg [OUT-1:0] constants[0:BEATS-1];
  reg [LANES*8-1:0] picture[0:IN_BEATS*PICTURES-1];
  integer seed = SEED, i, j, k;
  function integer below(input integer limit);
    below = $dist_uniform(seed, 0, limit - 1);
  endfunction

  task make_filters;
    begin
      for (i = 0; i < FILTERS; i = i + 1) names[i] = i;
      for (i = FILTERS - 1; i > 0; i = i - 1) begin
        j = below(i + 1);
        k = names[i];
        names[i] = names[j];
        names[j] = k;
      end
      for (i = 0; i < TILES * PES; i = i + 1)
        order[i] = i < FILTERS - DEAD ? names[i] : FILTERS;
      for (i = TILES * PES - 1; i > 0; i = i - 1) begin
        j = below(i + 1);
        k = order[i];
        order[i] = order[j];
        order[j] = k;
      end
      for (i = 0; i < FILTERS * TAPS * LANES; i = i + 1) codes[i] = 0;
      for (i = 0; i < FILTERS; i = i + 1) begin
        bias[i] = below(1 << 15) - (1 << 14);
        multiplier[i] = below(65535) - 32767;
      end
      for (i = 0; i < UNITS * STEPS; i = i + 1) entries[i] = 0;
    end
  endtask

  // Twice the codes of a tile so far.
  task double_codes(input integer tile);
    for (pe = 0; pe < PES; pe = pe + 1)
      for (j = 0; j < TAPS * LANES; j = j + 1)
        if (order[tile*PES+pe] < FILTERS)
          codes[order[tile*PES+pe]*TAPS*LANES+j] =
              2 * codes[order[tile*PES+pe]*TAPS*LANES+j];
  endtask

  // Fills words [from, from + count) of a unit with a tile.
  reg [TAPS-1:0] used;
  reg lives;
  integer tap, pe, lane, filter, living, doublings;
  reg [WEIGHT_BITS-1:0] code;
  reg [WORD-1:0] word;
  task make_tile(input integer unit, input integer tile, input integer from,
                 input integer count);
    begin
      used = 0;
      living = least(count, TAPS);
      living = living - below(living / 2 + 1);
      doublings = 0;
      for (i = 0; i < count; i = i + 1) begin
        word = 0;
        tap = below(TAPS);
        lives = below(count - i) < living;
        while (lives && used[tap]) tap = (tap + 1) % TAPS;
        word[CODES+:GROUP] = tap % GROUPS;
        word[CODES+GROUP+:COLUMN] = tap / GROUPS % KERNEL_WIDTH;
        word[CODES+GROUP+COLUMN+:ROW] = tap / GROUPS / KERNEL_WIDTH;
        word[WORD-1] = i == count - 1;
        // Also the first word says so at times, and must not be heard.
        if (TERMS != 0 && doublings < 6 && below(3) == 0) begin
          word[WORD-2] = 1;
          doublings = doublings + (i > 0);
          used = 0;
          double_codes(tile);
        end
        if (lives) begin
          living = living - 1;
          used[tap] = 1;
          for (pe = 0; pe < PES; pe = pe + 1)
            for (lane = 0; lane < LANES; lane = lane + 1) begin
              filter = order[tile*PES+pe];
              code = $random(seed);
              if (WEIGHT_BITS == 2 && !code[0]) code = 0;
              if (tap % GROUPS * LANES + lane >= CHANNELS || filter >= FILTERS)
                code = 0;
              word[(pe*LANES+lane)*WEIGHT_BITS+:WEIGHT_BITS] = code;
              if (filter < FILTERS)
                codes[(filter*TAPS+tap)*LANES+lane] =
                    codes[(filter*TAPS+tap)*LANES+lane] + $signed(code);
            end
        end
        words[from+i][unit*WORD+:WORD] = word;
      end
    end
  endtask

  // Tile t belongs to unit t % UNITS; its words are shared out at random.
  integer unit, tile, tiles, from, count, step;
  reg [ENTRY-1:0] entry;
  task make_units;
    for (unit = 0; unit < UNITS; unit = unit + 1) begin
      from = 0;
      tiles = (TILES - unit + UNITS - 1) / UNITS;
      for (tile = 0; tile < tiles; tile = tile + 1) begin
        count = WORDS - from - (tiles - tile - 1) * TILE;
        if (tile != tiles - 1) count = TILE + below(count - TILE + 1);
        make_tile(unit, tile * UNITS + unit, from, count);
        from = from + count;
        for (pe = 0; pe < PES; pe = pe + 1) begin
          filter = order[(tile*UNITS+unit)*PES+pe];
          entry = {$random(seed), $random(seed), $random(seed)};
          entry[ENTRY-1] = 0;  // what has no place is not looked at
          if (filter < FILTERS) begin
            entry[0+:SUM] = bias[filter];
            entry[SUM+:16] = multiplier[filter];
            entry[SUM+16+:LANE] = filter % OUT_LANES;
            entry[SUM+16+LANE+:BEAT] = filter / OUT_LANES;
            entry[ENTRY-1] = 1;
          end
          step = unit * STEPS + tile * TILE + pe / REQUANTISERS;
          entries[step][pe%REQUANTISERS*ENTRY+:ENTRY] = entry;
        end
      end
    end
  endtask
  task make_constants;
    for (i = 0; i < BEATS; i = i + 1) begin
      constants[i] = 0;
      for (j = FILTERS - DEAD; j < FILTERS; j = j + 1)
        if (names[j] / OUT_LANES == i)
          if (LOGITS != 0) constants[i] = expected(0, names[j]);
          else
            constants[i][names[j]%OUT_LANES*8+:8] = expected(0, names[j]);
    end
  endtask
  task make_pictures;
    for (i = 0; i < IN_BEATS * PICTURES; i = i + 1) begin
      picture[i] = 0;
      for (lane = 0; lane < LANES; lane = lane + 1)
        if (i % GROUPS * LANES + lane < CHANNELS)
          picture[i][lane*8+:8] = below(4) == 0
              ? (IN_SIGNED != 0 ? 8'h80 : 8'hff) : $random(seed);
    end
  endtask

  reg config_valid = 0, config_select = 0, loaded = 0;
  reg [31:0] config_data;
  task send(input select, input [31:0] data);
    begin
      @(negedge clk) config_valid = 1;
      config_select = select;
      config_data = data;
      if (below(4) == 0) @(negedge clk) config_valid = 0;
    end
  endtask
  reg [8*200-1:0] folder, name;
  task dump;
    begin
      $sformat(name, "%0sweights.mem", folder);
      $writememh(name, words);
      for (unit = 0; unit < UNITS; unit = unit + 1) begin
        $sformat(name, "%0sparameters_%0d%0d.mem", folder, unit / 10,
                 unit % 10);
        $writememh(name, entries, unit * STEPS, unit * STEPS + STEPS - 1);
      end
      $sformat(name, "%0sconstants.mem", folder);
      $writememh(name, constants);
      $display("PASS: written");
      $finish_and_return(0);
    end
  endtask
  task configure;
    begin
      send(1, STAGE + 1 << 24);  // for others
      send(0, 32'hffffffff);
      send(1, STAGE << 24);
      for (i = 0; i < WORDS; i = i + 1)
        for (j = 0; j < UNITS * WORD; j = j + 32) send(0, words[i] >> j);
      for (unit = 0; unit < UNITS; unit = unit + 1) begin
        send(1, (STAGE << 24) | (unit + 1 << 16));
        for (i = 0; i < STEPS; i = i + 1)
          for (j = 0; j < OTHERS; j = j + 32)
            send(0, entries[unit*STEPS+i] >> j);
      end
      if (DEAD != 0) begin
        send(1, (STAGE << 24) | (UNITS + 1 << 16));
        for (i = 0; i < BEATS; i = i + 1)
          for (j = 0; j < OTHERS; j = j + 32) send(0, constants[i] >> j);
      end
      @(negedge clk) config_valid = 0;
    end
  endtask
  reg stage_reset = 1;
  initial begin
    make_filters;
    make_units;
    make_pictures;
    make_constants;
    if ($value$plusargs("dump=%s", folder)) dump;
    @(negedge reset);
    if (CONTENTS == "") configure;
    repeat (4) @(negedge clk);
    stage_reset = 0;
    repeat (200) @(negedge clk);
    loaded = 1;
  end

  wire in_valid, in_ready, out_valid, out_ready, out_last;
  wire [31:0] sent, received, broken;
  wire [OUT-1:0] out_data;
  localparam [31:0] ALL_IN = IN_BEATS * PICTURES;
  stream_source #(.STALL(STALL), .SEED(SEED)) source (
      .clk(clk), .reset(!loaded), .count(ALL_IN),
      .valid(in_valid), .ready(in_ready), .index(sent));
  convolution_stage #(
      .HEIGHT(HEIGHT), .WIDTH(WIDTH), .CHANNELS(CHANNELS), .LANES(LANES),
      .KERNEL_HEIGHT(KERNEL_HEIGHT), .KERNEL_WIDTH(KERNEL_WIDTH),
      .STRIDE_Y(STRIDE_Y), .STRIDE_X(STRIDE_X), .TOP(TOP), .LEFT(LEFT),
      .OUT_HEIGHT(OUT_HEIGHT), .OUT_WIDTH(OUT_WIDTH), .FILTERS(FILTERS),
      .OUT_LANES(OUT_LANES), .UNITS(UNITS), .PES(PES),
      .REQUANTISERS(REQUANTISERS), .WEIGHT_BITS(WEIGHT_BITS), .TERMS(TERMS),
      .MULTIPLIER(MULTIPLIER), .SUM(SUM), .SHIFT(SHIFT),
      .IN_SIGNED(IN_SIGNED), .IN_ZERO(IN_ZERO), .OUT_ZERO(OUT_ZERO),
      .OUT_LOW(OUT_LOW), .OUT_HIGH(OUT_HIGH), .LOGITS(LOGITS), .WORDS(WORDS),
      .STEPS(STEPS), .LINES(LINES), .DEAD(DEAD), .STAGE(STAGE),
      .CONTENTS(CONTENTS), .PARAMETERS(PARAMETERS), .CONSTANTS(CONSTANTS)) dut (
      .clk(clk), .reset(stage_reset), .config_valid(config_valid),
      .config_select(config_select), .config_data(config_data),
      .in_valid(in_valid), .in_ready(in_ready), .in_data(picture[sent]),
      .out_valid(out_valid), .out_ready(out_ready), .out_last(out_last),
      .out_data(out_data));
  stream_sink #(.WIDTH(OUT + 1), .STALL(STALL), .SEED(SEED)) sink (
      .clk(clk), .reset(!loaded), .valid(out_valid),
      .data({out_last, out_data}), .ready(out_ready), .index(received),
      .broken(broken));

  // The output of a filter at a position counted over all pictures.
  integer y, x, r, s, c, value;
  reg [7:0] raw;
  reg signed [SUM-1:0] sum;
  reg signed [63:0] wide;
  function [31:0] expected(input integer position, input integer of);
    begin
      sum = bias[of];
      for (r = 0; r < KERNEL_HEIGHT; r = r + 1)
        for (s = 0; s < KERNEL_WIDTH; s = s + 1)
          for (c = 0; c < CHANNELS; c = c + 1) begin
            y = position % POSITIONS / OUT_WIDTH * STRIDE_Y + r - TOP;
            x = position % OUT_WIDTH * STRIDE_X + s - LEFT;
            if (y >= 0 && y < HEIGHT && x >= 0 && x < WIDTH) begin
              raw = picture[position/POSITIONS*IN_BEATS
                  +(y*WIDTH+x)*GROUPS+c/LANES] >> c % LANES * 8;
              value = raw;
              if (IN_SIGNED != 0 && raw[7]) value = value - 256;
              sum = sum + (value - IN_ZERO) * codes[((of*KERNEL_HEIGHT+r)
                  *KERNEL_WIDTH+s)*GROUPS*LANES+c];
            end
          end
      wide = sum;
      if (LOGITS == 0) begin
        if (SHIFT != 0) wide = (wide + (1 << SHIFT - 1)) >>> SHIFT;
        if (wide > 32767) wide = 32767;
        if (wide < -32768) wide = -32768;
        wide = ((wide * multiplier[of] + 16384) >>> 15) + OUT_ZERO;
        if (wide > OUT_HIGH) wide = OUT_HIGH;
        if (wide < OUT_LOW) wide = OUT_LOW;
      end
      expected = wide;
    end
  endfunction

  // The model of the cycles, counted from the first beat in. A beat enters when
  // its row has a line; a position starts when its last input is there, WORDS
  // cycles after the one before, and when one of the places for results is
  // free; it leaves when its results are there and the one before has left.
  localparam LATENCY = LOGITS != 0 ? 1 : MULTIPLIER != 0 ? 7 : 4;
  localparam RESULTS = WORDS + 2 + bits(LANES) + TILE + LATENCY;
  localparam STAY = RESULTS + BEATS + 1;
  localparam PERIOD = WORDS > BEATS ? WORDS : BEATS;
  localparam PLACES = 1 << field((STAY + PERIOD - 1) / PERIOD);
  integer start[0:POSITIONS*PICTURES-1], taken[0:POSITIONS*PICTURES-1];
  integer n, beat, entered, holder, last_row, last_column, needed;
  function integer first_row(input integer position);  // of its window
    first_row = position / POSITIONS * HEIGHT
        + position % POSITIONS / OUT_WIDTH * STRIDE_Y - TOP;
  endfunction
  function integer least(input integer a, input integer b);
    least = a < b ? a : b;
  endfunction
  function integer most(input integer a, input integer b);
    most = a > b ? a : b;
  endfunction
  initial begin
    beat = 0;
    entered = -1;
    holder = 0;
    for (n = 0; n < POSITIONS * PICTURES; n = n + 1) begin
      last_row = least(first_row(n) + KERNEL_HEIGHT,
                       (n / POSITIONS + 1) * HEIGHT) - 1;
      last_column = least(n % OUT_WIDTH * STRIDE_X - LEFT + KERNEL_WIDTH,
                          WIDTH) - 1;
      needed = (last_row * WIDTH + last_column + 1) * GROUPS;
      for (beat = beat; beat < needed; beat = beat + 1) begin
        while (first_row(holder) + LINES <= beat / GROUPS / WIDTH)
          holder = holder + 1;
        entered = entered + 1;
        if (holder > 0) entered = most(entered, start[holder-1] + WORDS);
      end
      // What this position needs may have entered long before.
      start[n] = n == 0 ? entered + 1 : most(start[n-1] + WORDS, entered + 1);
      if (n >= PLACES) start[n] = most(start[n], taken[n-PLACES] + 1);
      taken[n] = start[n] + RESULTS + BEATS;
      if (n > 0) taken[n] = most(taken[n], taken[n-1] + BEATS);
    end
  end

  integer position, at, first_cycle = -1, pixels = 0;
  always @(posedge clk) begin
    if (first_cycle < 0 && in_valid && in_ready && loaded) first_cycle = cycle;
    if (loaded && out_valid && out_ready) begin
      position = received / BEATS;
      at = received % BEATS;
      for (i = 0; i < OUT_LANES; i = i + 1)
        if (LOGITS != 0) check(out_data === expected(position, at));
        else
          check(out_data[i*8+:8] === (at * OUT_LANES + i < FILTERS
              ? expected(position, at * OUT_LANES + i) & 255 : 0));
      check(out_last === (at == BEATS - 1));
      if (out_last && STALL == 0)
        check(cycle - first_cycle == taken[position] + 1);
      if (received == POSITIONS * PICTURES * BEATS - 1) begin
        check(broken == 0);
        if (STALL == 0)
          $display("%0d positions, %0d cycles, %0d ideal", POSITIONS * PICTURES,
                   cycle - first_cycle, POSITIONS * PICTURES * PERIOD);
        finish;
      end
    end
  end
endmodule
