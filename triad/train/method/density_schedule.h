#pragma once
// How a requested density is reached: users ask for a size, not for a lambda.
// Pure functions.

namespace triad::train {

// Share of groups that may live at `fraction` of the training: 1 until `start`,
// `target` from `stop` on, a cubic between that is steep at first, when the
// weights still move most (Zhu, Gupta, arXiv:1710.01878).
double density_at(double fraction, double start, double stop, double target);

// The next lambda. `boundary` is the norm, relative to its layer's root mean
// square, of the largest group that the schedule has no room for: where it is
// large, groups would be cut off in full health and lambda grows; where it is
// small, the penalty is stronger than needed and lambda falls. Stays within a
// factor of 100 of `initial`.
double adapt_lambda(double lambda, double initial, double boundary);

}  // namespace triad::train
