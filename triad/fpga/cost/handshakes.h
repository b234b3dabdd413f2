#pragma once
// The modules of fpga/rtl as far as they say valid and ready: what timing.cc
// wires up. Each class follows its module's registers name by name.

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "triad/fpga/plan.h"

namespace triad::fpga {

struct Link {
  bool valid = false, ready = false;
  bool moves() const { return valid && ready; }
};

// A cycle is: say_valid of all from the input on, say_ready of all from the
// output back, clock of all.
class Handshake {
 public:
  virtual ~Handshake() = default;
  virtual void say_valid() = 0;
  virtual void say_ready() = 0;
  virtual void clock() = 0;
};

using Handshakes = std::vector<std::unique_ptr<Handshake>>;

std::unique_ptr<Handshake> make_fifo(Link& in, Link& out, std::int64_t words);
std::unique_ptr<Handshake> make_fork(Link& in, Link& a, Link& b);
// A register between in and out: table_stage.
std::unique_ptr<Handshake> make_register(Link& in, Link& out);
std::unique_ptr<Handshake> make_add(Link& a, Link* b, Link& out);
// Of beats of each pixel.
std::unique_ptr<Handshake> make_concat(Link& a, Link& b, Link& out,
                                       std::int64_t a_beats,
                                       std::int64_t b_beats);

// lanes_split, lanes_join, keep_pixels, pad_channels.
std::unique_ptr<Handshake> make_split(Link& in, Link& out,
                                      std::int64_t channels, int in_lanes,
                                      int out_lanes);
std::unique_ptr<Handshake> make_join(Link& in, Link& out, std::int64_t channels,
                                     int in_lanes, int out_lanes);
std::unique_ptr<Handshake> make_keep(Link& in, Link& out, const Stream& input,
                                     int lanes, const Subsample& work);
struct PadBeats {
  std::int64_t before = 0, inside = 0, after = 0;  // beats
};
std::unique_ptr<Handshake> make_pad(Link& in, Link& out, const PadBeats& beats);

// What windowed stages read: geometry, lanes and lines of a ring.
struct RingShape {
  Window window;
  Stream input, output;
  int lanes = 1;
  std::int64_t lines = 1;
};
std::unique_ptr<Handshake> make_convolution(Link& in, Link& out,
                                            const RingShape& shape,
                                            const Convolution& layer,
                                            const StagePlan& plan);
// With the beat that max_pool_stage and average_pool_stage give at the end of
// each group; whole-picture averages are picture_sums.
std::unique_ptr<Handshake> make_windows(Link& in, Link& out,
                                        const RingShape& shape);
std::unique_ptr<Handshake> make_picture_sums(Link& in, Link& out,
                                             const Stream& input, int lanes);
std::unique_ptr<Handshake> make_beat_requantiser(Link& in, Link& out,
                                                 int lanes);

}  // namespace triad::fpga
