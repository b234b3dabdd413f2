#pragma once
// The built-in data set: handwritten-looking digits, drawn by strokes. Every
// picture takes one of several ways to write its digit, moves the pen's points,
// bends the plane (affine map and a smooth random field, after Simard,
// Steinkraus, Platt, ICDAR 2003), and is drawn 28 x 28 with a pen of random
// width, ink and noise. Hard enough that a linear model stays under 95 %.

#include "triad/data/dataset.h"

namespace triad::data {

struct DigitsSettings {
  std::int64_t train = 12000, test = 2000;  // pictures; digits take turns
  std::uint64_t seed = 1;
};

// train and test; validation stays empty. Picture i of a split depends on
// (seed, i) alone: the same bits at any thread count. Takes about a second.
// Throws Error if a count is negative.
Splits make_digits(const DigitsSettings& settings = {});

}  // namespace triad::data
