// Stages that read windows: line_ring and what walks over it.

#include <algorithm>
#include <bit>

#include "triad/base/divide.h"
#include "triad/fpga/cost/handshakes.h"
#include "triad/fpga/emit/bits.h"

namespace triad::fpga {
namespace {

// line_ring: which positions have their pixels, and whether a row has room.
class Ring {
 public:
  explicit Ring(const RingShape& shape)
      : shape_(shape),
        groups_(divide_up(shape.input.channels, shape.lanes)),
        columns_(shape.window.left),
        x_end_(shape.window.kernel[1]),
        y_end_(shape.window.kernel[0]),
        ahead_(shape.window.top) {}

  bool has_room() const { return ahead_ < shape_.lines; }

  bool position_valid() const {
    const std::int64_t kernel = shape_.window.kernel[0];
    const std::int64_t below = shape_.window.top + shape_.input.height;
    const std::int64_t needed =
        y_end_ <= below ? kernel : below + kernel - y_end_;
    const std::int64_t missing = needed - ahead_;
    return missing <= 0 || (missing == 1 && columns_ >= x_end_);
  }

  void clock(bool write, bool next) {
    const std::int64_t released = next ? step() : 0;
    ahead_ += int(write && store()) - released;
  }

 private:
  // A beat; whether its line is whole now.
  bool store() {
    const bool pixel_ends = ++group_ == groups_;
    if (!pixel_ends) return false;
    group_ = 0;
    ++columns_;
    if (columns_ < shape_.window.left + shape_.input.width) return false;
    columns_ = shape_.window.left;
    return true;
  }

  // To the next position; rows that it gives free.
  std::int64_t step() {
    const auto& [height, width] = shape_.window.kernel;
    const auto& [down, across] = shape_.window.stride;
    if (++x_ < shape_.output.width) {
      x_end_ += across;
      return 0;
    }
    x_ = 0;
    x_end_ = width;
    if (++y_ < shape_.output.height) {
      y_end_ += down;
      return down;
    }
    y_ = 0;
    y_end_ = height;
    return shape_.input.height - (shape_.output.height - 1) * down;
  }

  RingShape shape_;
  std::int64_t groups_, group_ = 0, columns_, x_end_, y_end_, ahead_;
  std::int64_t x_ = 0, y_ = 0;
};

// Of convolution_stage: names and sums as there.
struct Sizes {
  std::int64_t words, beats, tile, places, clearing, delay;

  Sizes(const Convolution& layer, const StagePlan& plan) {
    const Folding& folding = plan.folding;
    const int levels = std::bit_width(unsigned(folding.lanes - 1));
    const bool has_rows = layer.weight_bits == 2;
    words = plan.schedule.words();
    beats = divide_up(layer.filters, plan.out_lanes);
    tile = folding.pes / folding.requantisers;
    const std::int64_t latency = layer.logits ? 1 : has_rows ? 7 : 4;
    const std::int64_t stay = words + levels + tile + beats + latency + 3;
    const int pixel = index_width(divide_up(stay, std::max(words, beats)));
    places = std::int64_t(1) << pixel;
    clearing = std::int64_t(1) << (pixel + index_width(beats));
    // From the last word's fetch until the collector counts the pixel.
    delay = levels + tile + latency + 3;
  }
};

class ConvolutionStage : public Handshake {
 public:
  ConvolutionStage(Link& in, Link& out, const RingShape& shape,
                   const Sizes& sizes)
      : in_(in),
        out_(out),
        ring_(shape),
        sizes_(sizes),
        done_(std::size_t(sizes.delay) + 1) {}

  void say_valid() override { out_.valid = valid_; }
  void say_ready() override { in_.ready = ring_.has_room(); }
  void clock() override {
    const bool begins = word_ == 0;
    const bool fetch =
        !begins || (ring_.position_valid() && now_ >= sizes_.clearing &&
                    begun_ < sizes_.places);
    const bool last = word_ == sizes_.words - 1;
    const bool advance = out_.ready || !valid_;
    const bool send = advance && whole_ > 0;
    const bool taken = send && beat_ == sizes_.beats - 1;
    // done_ is a shift register that turns.
    const bool done = done_[place(now_)];
    done_[place(now_)] = false;
    if (fetch && last) done_[place(now_ + sizes_.delay)] = true;
    ring_.clock(in_.moves(), fetch && last);
    if (fetch) word_ = last ? 0 : word_ + 1;
    begun_ += int(fetch && begins) - int(taken);
    whole_ += int(done) - int(taken);
    if (send) beat_ = taken ? 0 : beat_ + 1;
    if (advance) valid_ = send;
    ++now_;
  }

 private:
  std::size_t place(std::int64_t cycle) const {
    return std::size_t(cycle) % done_.size();
  }

  Link &in_, &out_;
  Ring ring_;
  Sizes sizes_;
  std::vector<char> done_;
  std::int64_t word_ = 0, begun_ = 0, whole_ = 0, beat_ = 0, now_ = 0;
  bool valid_ = false;
};

class Windows : public Handshake {
 public:
  Windows(Link& in, Link& out, const RingShape& shape)
      : in_(in),
        out_(out),
        ring_(shape),
        taps_(shape.window.kernel[0] * shape.window.kernel[1]),
        groups_(divide_up(shape.input.channels, shape.lanes)) {}

  void say_valid() override { out_.valid = valid_; }
  void say_ready() override { in_.ready = ring_.has_room(); }
  void clock() override {
    const bool advance = out_.ready || !valid_;
    const bool position = ring_.position_valid();
    const bool ask = position && advance;
    if (advance) valid_ = read_valid_ && read_last_;
    if (advance) read_valid_ = position;
    const bool group_ends = tap_ == taps_ - 1;
    const bool ends = group_ends && group_ == groups_ - 1;
    if (ask) {
      read_last_ = group_ends;
      tap_ = group_ends ? 0 : tap_ + 1;
      if (group_ends) group_ = ends ? 0 : group_ + 1;
    }
    ring_.clock(in_.moves(), ask && ends);
  }

 private:
  Link &in_, &out_;
  Ring ring_;
  std::int64_t taps_, groups_, tap_ = 0, group_ = 0;
  bool valid_ = false, read_valid_ = false, read_last_ = false;
};

}  // namespace

std::unique_ptr<Handshake> make_convolution(Link& in, Link& out,
                                            const RingShape& shape,
                                            const Convolution& layer,
                                            const StagePlan& plan) {
  return std::make_unique<ConvolutionStage>(in, out, shape, Sizes(layer, plan));
}
std::unique_ptr<Handshake> make_windows(Link& in, Link& out,
                                        const RingShape& shape) {
  return std::make_unique<Windows>(in, out, shape);
}

}  // namespace triad::fpga
