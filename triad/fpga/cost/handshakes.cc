#include "triad/fpga/cost/handshakes.h"

#include <algorithm>

#include "triad/base/divide.h"

namespace triad::fpga {
namespace {

class Fifo : public Handshake {
 public:
  Fifo(Link& in, Link& out, std::int64_t words)
      : in_(in), out_(out), words_(words) {}
  void say_valid() override { out_.valid = stored_ > 0; }
  void say_ready() override { in_.ready = stored_ < words_; }
  void clock() override { stored_ += int(in_.moves()) - int(out_.moves()); }

 private:
  Link &in_, &out_;
  std::int64_t words_, stored_ = 0;
};

class Fork : public Handshake {
 public:
  Fork(Link& in, Link& a, Link& b) : in_(in), a_(a), b_(b) {}
  void say_valid() override {
    a_.valid = in_.valid && !a_has_;
    b_.valid = in_.valid && !b_has_;
  }
  void say_ready() override {
    in_.ready = (a_.ready || a_has_) && (b_.ready || b_has_);
  }
  void clock() override {
    if (!in_.valid) return;
    a_has_ = (a_.ready || a_has_) && !in_.ready;
    b_has_ = (b_.ready || b_has_) && !in_.ready;
  }

 private:
  Link &in_, &a_, &b_;
  bool a_has_ = false, b_has_ = false;
};

class Register : public Handshake {
 public:
  Register(Link& in, Link& out) : in_(in), out_(out) {}
  void say_valid() override { out_.valid = valid_; }
  void say_ready() override { in_.ready = out_.ready || !valid_; }
  void clock() override {
    if (in_.ready) valid_ = in_.valid;
  }

 private:
  Link &in_, &out_;
  bool valid_ = false;
};

class AddStage : public Handshake {
 public:
  AddStage(Link& a, Link* b, Link& out) : a_(a), b_(b), out_(out) {}
  void say_valid() override { out_.valid = valid_[2]; }
  void say_ready() override {
    const bool advance = out_.ready || !valid_[2];
    a_.ready = advance && (!b_ || b_->valid);
    if (b_) b_->ready = advance && a_.valid;
  }
  void clock() override {
    if (!out_.ready && valid_[2]) return;
    valid_[2] = valid_[1];
    valid_[1] = valid_[0];
    valid_[0] = a_.valid && (!b_ || b_->valid);
  }

 private:
  Link& a_;
  Link* b_;
  Link& out_;
  bool valid_[3] = {false, false, false};
};

// Counts to `size` and starts again.
class Counter {
 public:
  explicit Counter(std::int64_t size) : size_(size) {}
  std::int64_t value() const { return value_; }
  bool is_last() const { return value_ == size_ - 1; }
  void step() { value_ = is_last() ? 0 : value_ + 1; }

 private:
  std::int64_t size_, value_ = 0;
};

class Concatenation : public Handshake {
 public:
  Concatenation(Link& a, Link& b, Link& out, std::int64_t a_beats,
                std::int64_t b_beats)
      : a_(a), b_(b), out_(out), first_b_(a_beats), beat_(a_beats + b_beats) {}
  void say_valid() override { out_.valid = is_b() ? b_.valid : a_.valid; }
  void say_ready() override {
    a_.ready = out_.ready && !is_b();
    b_.ready = out_.ready && is_b();
  }
  void clock() override {
    if (out_.moves()) beat_.step();
  }

 private:
  bool is_b() const { return beat_.value() >= first_b_; }

  Link &a_, &b_, &out_;
  std::int64_t first_b_;
  Counter beat_;
};

class Split : public Handshake {
 public:
  Split(Link& in, Link& out, std::int64_t channels, int in_lanes, int out_lanes)
      : in_(in), out_(out), beats_(divide_up(channels, in_lanes)) {
    const std::int64_t beats = divide_up(channels, in_lanes);
    const std::int64_t rest = channels - (beats - 1) * in_lanes;
    few_ = divide_up(rest, out_lanes) - 1;
    all_ = beats > 1 ? in_lanes / out_lanes - 1 : few_;
  }
  void say_valid() override { out_.valid = valid_; }
  void say_ready() override {
    in_.ready = !valid_ || (out_.ready && left_ == 0);
  }
  void clock() override {
    const bool step = valid_ && out_.ready;
    if (in_.moves()) {
      valid_ = true;
      left_ = beats_.is_last() ? few_ : all_;
      beats_.step();
    } else if (step && left_ == 0) {
      valid_ = false;
    } else if (step) {
      --left_;
    }
  }

 private:
  Link &in_, &out_;
  Counter beats_;
  std::int64_t few_ = 0, all_ = 0, left_ = 0;
  bool valid_ = false;
};

class Join : public Handshake {
 public:
  Join(Link& in, Link& out, std::int64_t channels, int in_lanes, int out_lanes)
      : in_(in),
        out_(out),
        beats_(divide_up(channels, in_lanes)),
        parts_(channels > out_lanes ? out_lanes / in_lanes
                                    : divide_up(channels, in_lanes)) {}
  void say_valid() override { out_.valid = valid_; }
  void say_ready() override { in_.ready = out_.ready || !valid_; }
  void clock() override {
    if (!in_.ready) return;
    const bool fills = beats_.is_last() || part_ == parts_ - 1;
    valid_ = in_.valid && fills;
    if (!in_.valid) return;
    part_ = fills ? 0 : part_ + 1;
    beats_.step();
  }

 private:
  Link &in_, &out_;
  Counter beats_;
  std::int64_t parts_, part_ = 0;
  bool valid_ = false;
};

class Keep : public Handshake {
 public:
  Keep(Link& in, Link& out, const Stream& input, int lanes,
       const Subsample& work)
      : in_(in),
        out_(out),
        work_(work),
        beats_(divide_up(input.channels, lanes)),
        column_(input.width),
        row_(input.height) {}
  void say_valid() override { out_.valid = in_.valid && passes(); }
  void say_ready() override { in_.ready = out_.ready || !passes(); }
  void clock() override {
    if (!in_.moves()) return;
    const bool pixel_ends = beats_.is_last(), row_ends = column_.is_last();
    beats_.step();
    if (!pixel_ends) return;
    column_.step();
    if (row_ends) row_.step();
  }

 private:
  bool passes() const {
    const auto hits = [](std::int64_t place, std::int64_t first,
                         std::int64_t stride) {
      return place >= first && (place - first) % stride == 0;
    };
    return hits(row_.value(), work_.first[0], work_.stride[0]) &&
           hits(column_.value(), work_.first[1], work_.stride[1]);
  }

  Link &in_, &out_;
  Subsample work_;
  Counter beats_, column_, row_;
};

class Pad : public Handshake {
 public:
  Pad(Link& in, Link& out, const PadBeats& beats)
      : in_(in),
        out_(out),
        first_(beats.before),
        behind_(beats.before + beats.inside),
        beat_(beats.before + beats.inside + beats.after) {}
  void say_valid() override { out_.valid = in_.valid || !is_inside(); }
  void say_ready() override { in_.ready = out_.ready && is_inside(); }
  void clock() override {
    if (out_.moves()) beat_.step();
  }

 private:
  bool is_inside() const {
    return beat_.value() >= first_ && beat_.value() < behind_;
  }

  Link &in_, &out_;
  std::int64_t first_, behind_;
  Counter beat_;
};

class PictureSums : public Handshake {
 public:
  PictureSums(Link& in, Link& out, const Stream& input, int lanes)
      : in_(in),
        out_(out),
        group_(divide_up(input.channels, lanes)),
        pixel_(input.pixels()) {}
  void say_valid() override { out_.valid = in_.valid && pixel_.is_last(); }
  void say_ready() override { in_.ready = out_.ready || !pixel_.is_last(); }
  void clock() override {
    if (!in_.moves()) return;
    const bool pixel_ends = group_.is_last();
    group_.step();
    if (pixel_ends) pixel_.step();
  }

 private:
  Link &in_, &out_;
  Counter group_, pixel_;
};

class BeatRequantiser : public Handshake {
 public:
  BeatRequantiser(Link& in, Link& out, int lanes)
      : in_(in), out_(out), lanes_(lanes) {}
  void say_valid() override { out_.valid = valid_; }
  void say_ready() override {
    take_ = out_.ready || !valid_;
    ready_ = take_ || !inside_[kLatency - 1].valid;
    in_.ready = left_ == 0 || (left_ == 1 && ready_);
  }
  void clock() override {
    const Value leaving = inside_[kLatency - 1];
    if (take_) valid_ = leaving.valid && leaving.is_last;
    const bool feed = left_ != 0;
    if (ready_) {
      for (int i = kLatency - 1; i > 0; --i) inside_[i] = inside_[i - 1];
      inside_[0] = {feed, left_ == 1};
    }
    if (in_.moves())
      left_ = lanes_;
    else if (feed && ready_)
      --left_;
  }

 private:
  // Of requantise with rows of adders.
  static constexpr int kLatency = 7;
  struct Value {
    bool valid = false, is_last = false;
  };
  Link &in_, &out_;
  int lanes_, left_ = 0;
  Value inside_[kLatency];
  bool valid_ = false, take_ = false, ready_ = false;
};

}  // namespace

std::unique_ptr<Handshake> make_fifo(Link& in, Link& out, std::int64_t words) {
  return std::make_unique<Fifo>(in, out, words);
}
std::unique_ptr<Handshake> make_fork(Link& in, Link& a, Link& b) {
  return std::make_unique<Fork>(in, a, b);
}
std::unique_ptr<Handshake> make_register(Link& in, Link& out) {
  return std::make_unique<Register>(in, out);
}
std::unique_ptr<Handshake> make_add(Link& a, Link* b, Link& out) {
  return std::make_unique<AddStage>(a, b, out);
}
std::unique_ptr<Handshake> make_concat(Link& a, Link& b, Link& out,
                                       std::int64_t a_beats,
                                       std::int64_t b_beats) {
  return std::make_unique<Concatenation>(a, b, out, a_beats, b_beats);
}
std::unique_ptr<Handshake> make_split(Link& in, Link& out,
                                      std::int64_t channels, int in_lanes,
                                      int out_lanes) {
  return std::make_unique<Split>(in, out, channels, in_lanes, out_lanes);
}
std::unique_ptr<Handshake> make_join(Link& in, Link& out, std::int64_t channels,
                                     int in_lanes, int out_lanes) {
  return std::make_unique<Join>(in, out, channels, in_lanes, out_lanes);
}
std::unique_ptr<Handshake> make_keep(Link& in, Link& out, const Stream& input,
                                     int lanes, const Subsample& work) {
  return std::make_unique<Keep>(in, out, input, lanes, work);
}
std::unique_ptr<Handshake> make_pad(Link& in, Link& out,
                                    const PadBeats& beats) {
  return std::make_unique<Pad>(in, out, beats);
}
std::unique_ptr<Handshake> make_picture_sums(Link& in, Link& out,
                                             const Stream& input, int lanes) {
  return std::make_unique<PictureSums>(in, out, input, lanes);
}
std::unique_ptr<Handshake> make_beat_requantiser(Link& in, Link& out,
                                                 int lanes) {
  return std::make_unique<BeatRequantiser>(in, out, lanes);
}

}  // namespace triad::fpga
