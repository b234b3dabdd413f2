#pragma once
// One PE array for the whole network: the second style of the FPGA target, for
// small parts. A workload becomes a program for fpga/rtl/array.v: where values
// lie in the activation memory, which steps there are, and what the memories
// hold. Everything is decided here; netlist.h only writes it down.
//
// What is no convolution becomes one where that costs no hardware: an average
// pool is a convolution by ones, subsampling and tables one by a single one
// (multiplier 32767 and shift 0 give every 9-bit value back). Weights of more
// than 2 bits become several ternary terms (encoding/power_terms.h). So there
// are four kinds of steps.

#include <cstdint>
#include <string>
#include <vector>

#include "triad/fpga/array/packed_picture.h"
#include "triad/fpga/workload.h"

namespace triad::fpga {

struct ArraySettings {
  int pes = 4, lanes = 16;  // >= 1; >= 2
  // Sums a cycle: a tile lasts at least pes / requantisers cycles. Divides pes;
  // beyond 1 a tile is of one word of the output, or of whole ones.
  int requantisers = 1;
  int values = 0;    // of an add, a cycle; divides lanes; 0: about
                     // pes / 4, which makes adds cost as little
  bool dsp = false;  // multipliers of adds from DSP blocks
};

// The numbers of a window's walk, as fpga/rtl/array_fetch.v has them. Addresses
// count words of `lanes` bytes; corner may be negative.
struct ArrayWindow {
  std::int64_t corner = 0, column_step = 0, row_step = 0;
  std::int64_t first_row = 0, first_column = 0;
  graph::Pair stride{1, 1}, out{1, 1};  // out: rows and columns
  std::int64_t height = 1, width = 1;
  std::int64_t first_word = 0, words = 1;
  bool sweeps = false;
  graph::Pair taps{1, 1};  // that the step sweeps
  std::int64_t tap_step = 0, tap_row_step = 0;
};

struct ArrayStep {
  enum class Kind { picture, convolution, max_pool, add };
  std::string name;  // the stage's
  Kind kind = Kind::picture;
  bool logits = false;
  encoding::Quantization a, b, to;  // inputs, and what saturates the output
  std::int32_t lowest = 0;          // of the output
  int shift = 0;
  int table = -1;  // block of the table memory that the bytes go through
  std::int64_t out = 0, out_step = 0;
  std::int64_t first_filter = 0;    // entry of the filter memory
  ArrayWindow window;               // convolutions and max pools
  std::int64_t count = 0;           // rows of the picture, words of an add
  std::int64_t in_a = 0, in_b = 0;  // addresses of an add's inputs
  std::int16_t multiplier_a = 0, multiplier_b = 0;
  std::int64_t cycles = 0;  // from its start to its last read

  // Whether it reads words of the code memory, `window.words` of them.
  bool has_words() const {
    return kind == Kind::convolution || kind == Kind::max_pool;
  }
};

// "picture", "convolution", "logits", "max pool", "add".
std::string kind_of(const ArrayStep& step);

// An entry of the place and the code memory.
struct ArrayWord {
  bool last = false;  // of its tile
  int row = 0, column = 0, shift = 0;
  std::int64_t offset = 0;
  std::vector<std::int8_t> codes;  // [pes][lanes], ternary
};

// Of a PE in a tile; `requantisers` of them are an entry of the filter memory.
struct ArrayFilter {
  bool last = false;         // of the position
  std::int64_t filter = -1;  // output channel; -1: none
  bool logits = false;
  std::int16_t multiplier = 0;
  std::int32_t bias = 0;
};

struct ArrayProgram {
  ArraySettings settings;
  std::string name;
  std::int64_t channels = 1, logits = 1;  // of a picture
  PackedPicture picture;
  std::vector<ArrayStep> steps;
  std::vector<ArrayWord> words;
  std::vector<ArrayFilter> filters;
  std::vector<std::uint8_t> tables;   // blocks of 256, by the byte's bits
  std::int64_t depth = 0;             // words of the activation memory
  int sum_bits = 32;                  // of the accumulators
  std::vector<std::string> warnings;  // lanes and PEs that a layer leaves idle

  bool has(ArrayStep::Kind kind) const;
  bool has_terms() const;  // a word counts more than once

  // Cycles of a step beyond its own: until its results are stored and the next
  // step is read.
  std::int64_t cycles_between_steps() const;
  // From a picture's first beat to the next one's, when pictures wait and
  // logits are taken: the simulation's exactly.
  std::int64_t cycles() const;
};

// Throws Error for settings out of range.
ArrayProgram make_array_program(const Workload& workload,
                                const ArraySettings& settings);

}  // namespace triad::fpga
