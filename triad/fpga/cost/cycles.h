#pragma once
// Cycles of a dataflow pipeline in closed form: what each stage needs for a
// picture, and what the slowest leaves of the rate. timing.h has the exact
// time of each picture.
//
// A position of a convolution takes max(words, beats of an output pixel); words
// hold living groups alone, so dead ones cost nothing. What the folding loses:
//   lock step   PES of a unit share words: a group costs its cycle unless it is
//               dead for all of them
//   imbalance   units end a position together

#include <cstdint>
#include <string>
#include <vector>

#include "triad/fpga/cost/systolic.h"
#include "triad/fpga/plan.h"

namespace triad::fpga {

struct StageCycles {
  std::string name, kind;   // "layer1.0.conv1", "convolution"
  std::int64_t cycles = 0;  // of a picture: the largest of the next three
  std::int64_t reads = 0, writes = 0, work = 0;
  // Of convolutions, for one output position:
  std::int64_t words = 0;        // as scheduled
  std::int64_t dense_words = 0;  // of an array that knows no zeros
  double ideal_words = 0;        // living groups of single filters, evenly
                                 // over all PEs
  std::int64_t systolic = 0;     // cycles of a picture on a systolic array of
                                 // as many rows as lanes, columns as PEs
  double share_of_ideal() const {
    return words > 0 ? ideal_words / double(words) : 1;
  }
};

struct NetworkCycles {
  std::vector<StageCycles> stages;
  std::int64_t interval = 0;  // cycles between pictures
  std::size_t slowest = 0;    // stage
  // Of convolutions, positions * words: total, ideal, without skipping.
  std::int64_t work = 0, dense_work = 0, systolic = 0;
  double ideal_work = 0;
  double share_of_ideal() const {
    return work > 0 ? ideal_work / double(work) : 1;
  }
};

NetworkCycles count_cycles(const Plan& plan);

// "input", "convolution", "max_pool", ...
std::string_view kind_of(const Work& work);

}  // namespace triad::fpga
