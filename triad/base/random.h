#pragma once
// Counter-based randomness: a draw is a pure function of (seed, stream, index),
// so that results never depend on thread count, order or what ran before a
// resume. Give each thing drawn for (a picture, a layer) its own index and draw
// as often as needed. SplitMix64 finaliser (Steele, Lea, Flood, OOPSLA 2014).

#include <cstdint>
#include <vector>

namespace triad {

class Random {
 public:
  explicit Random(std::uint64_t seed, std::uint64_t stream = 0,
                  std::uint64_t index = 0);

  std::uint64_t next();                     // uniform 64 bits
  double uniform();                         // in [0, 1)
  double uniform(double low, double high);  // in [low, high)
  std::uint32_t below(
      std::uint32_t limit);  // in [0, limit), limit >= 1, unbiased
  double normal();           // mean 0, deviation 1

 private:
  std::uint64_t state_;
};

// A permutation of 0..count-1, the same for the same (seed, stream) everywhere.
std::vector<std::int64_t> permutation(std::int64_t count, std::uint64_t seed,
                                      std::uint64_t stream = 0);

}  // namespace triad
