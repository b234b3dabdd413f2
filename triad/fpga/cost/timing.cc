#include "triad/fpga/cost/timing.h"

#include <algorithm>
#include <deque>
#include <map>
#include <numeric>

#include "triad/base/divide.h"
#include "triad/base/error.h"
#include "triad/fpga/cost/cycles.h"
#include "triad/fpga/cost/handshakes.h"

namespace triad::fpga {
namespace {

// The pipeline as emit/dataflow.cc wires it.
class Pipeline {
 public:
  explicit Pipeline(const Plan& plan) : plan_(plan) {
    const auto& stages = plan.workload.stages;
    outputs_.resize(stages.size());
    for (std::size_t i = 0; i < stages.size(); ++i) add_stage(i);
  }

  std::vector<PictureCycles> run(int pictures) {
    const auto& stages = plan_.workload.stages;
    const std::int64_t pixels = stages.front().output.pixels();
    const std::int64_t logits = stages.back().output.channels;
    const std::int64_t patience = 64 * (count_cycles(plan_).interval + 1024) +
                                  64 * std::int64_t(stages.size());
    std::vector<PictureCycles> times(static_cast<std::size_t>(pictures));
    std::int64_t sent = 0, taken = 0, moved = 0;
    for (std::int64_t cycle = 0; taken < pictures * logits; ++cycle) {
      require(cycle - moved < patience,
              "fpga: '{}': the pipeline came to a stand after {} pixels",
              plan_.workload.name, sent);
      source().valid = sent < pictures * pixels;
      sink().ready = true;
      for (const auto& part : parts_) part->say_valid();
      for (auto part = parts_.rbegin(); part != parts_.rend(); ++part)
        (*part)->say_ready();
      if (source().moves()) {
        if (sent % pixels == 0)
          times[std::size_t(sent / pixels)].first_in = cycle;
        ++sent;
        moved = cycle;
      }
      if (sink().moves()) {
        times[std::size_t(taken++ / logits)].last_out = cycle;
        moved = cycle;
      }
      for (const auto& part : parts_) part->clock();
    }
    return times;
  }

 private:
  Link& add_link() { return links_.emplace_back(); }
  Link& source() { return links_.front(); }
  Link& sink() { return *outputs_.back(); }

  void add(std::unique_ptr<Handshake> part) {
    parts_.push_back(std::move(part));
  }

  std::vector<Link*> add_inputs(std::size_t i) {
    const Stage& stage = plan_.workload.stages[i];
    std::vector<Link*> inputs;
    for (std::size_t j = 0; j < stage.inputs.size(); ++j) {
      const auto from = std::size_t(stage.inputs[j]);
      Link* stream = &branch(from);
      const std::int64_t channels = plan_.workload.input(stage, j).channels;
      const int out_lanes = plan_.stages[from].out_lanes;
      if (out_lanes != plan_.in_lanes(i))
        stream = &add_lanes(*stream, channels, out_lanes, plan_.in_lanes(i));
      Link& queued = add_link();
      add(make_fifo(*stream, queued, plan_.stages[i].queues[j]));
      inputs.push_back(&queued);
    }
    return inputs;
  }

  std::int64_t readers_of(std::size_t producer) const {
    std::int64_t count = 0;
    for (const Stage& stage : plan_.workload.stages)
      count += std::ranges::count(stage.inputs, int(producer));
    return count;
  }

  // The stream for the next reader of a stage: forks are a chain, and the last
  // reader takes what is left.
  Link& branch(std::size_t producer) {
    Branches& branches = branches_[producer];
    if (branches.left == 0) {
      branches.left = readers_of(producer);
      branches.rest = outputs_[producer];
    }
    if (--branches.left == 0) return *branches.rest;
    Link &a = add_link(), &b = add_link();
    // A fork belongs right behind its stage; forks of a stage are made when its
    // first reader is, so the order from input to output holds.
    add(make_fork(*branches.rest, a, b));
    branches.rest = &b;
    return a;
  }

  // lanes_stage.
  Link& add_lanes(Link& in, std::int64_t channels, int from, int to) {
    const int divisor = std::gcd(from, to);
    const bool splits = channels <= from || divisor == to;
    const bool joins = channels <= to || divisor == from;
    const int middle = splits ? to : joins ? from : divisor;
    Link* stream = &in;
    if (splits || !joins) {
      Link& parts = add_link();
      add(make_split(*stream, parts, channels, from, middle));
      stream = &parts;
    }
    if (!splits) {
      Link& whole = add_link();
      add(make_join(*stream, whole, channels, middle, to));
      stream = &whole;
    }
    return *stream;
  }

  RingShape ring(std::size_t i, const Window& window) const {
    const Stage& stage = plan_.workload.stages[i];
    return {window, plan_.workload.input(stage), stage.output,
            plan_.in_lanes(i), plan_.stages[i].lines};
  }

  void add_stage(std::size_t i) {
    const Stage& stage = plan_.workload.stages[i];
    std::vector<Link*> inputs =
        stage.inputs.empty() ? std::vector<Link*>{&add_link()} : add_inputs(i);
    std::visit([&](const auto& work) { outputs_[i] = &make(i, work, inputs); },
               stage.work);
  }

  using Links = std::vector<Link*>;

  Link& make(std::size_t, const InputTable&, const Links& in) {
    Link& out = add_link();
    add(make_register(*in[0], out));
    return out;
  }
  Link& make(std::size_t, const Table&, const Links& in) {
    Link& out = add_link();
    add(make_register(*in[0], out));
    return out;
  }
  Link& make(std::size_t, const Add&, const Links& in) {
    Link& out = add_link();
    add(make_add(*in[0], in.size() > 1 ? in[1] : nullptr, out));
    return out;
  }
  Link& make(std::size_t i, const Concat&, const Links& in) {
    const Stage& stage = plan_.workload.stages[i];
    const auto beats = [&](std::size_t input) {
      return divide_up(plan_.workload.input(stage, input).channels,
                       plan_.in_lanes(i));
    };
    Link& out = add_link();
    add(make_concat(*in[0], *in[1], out, beats(0), beats(1)));
    return out;
  }
  Link& make(std::size_t i, const Convolution& layer, const Links& in) {
    Link& out = add_link();
    add(make_convolution(*in[0], out, ring(i, layer.window), layer,
                         plan_.stages[i]));
    return out;
  }
  Link& make(std::size_t i, const MaxPool& pool, const Links& in) {
    Link& out = add_link();
    add(make_windows(*in[0], out, ring(i, pool.window)));
    return out;
  }
  Link& make(std::size_t i, const AveragePool& pool, const Links& in) {
    const Stage& stage = plan_.workload.stages[i];
    const Stream& input = plan_.workload.input(stage);
    const Window& window = pool.window;
    const bool is_whole =
        window.kernel[0] == input.height && window.kernel[1] == input.width &&
        stage.output.pixels() == 1 && window.top == 0 && window.left == 0;
    Link &sums = add_link(), &out = add_link();
    add(is_whole ? make_picture_sums(*in[0], sums, input, plan_.in_lanes(i))
                 : make_windows(*in[0], sums, ring(i, window)));
    add(make_beat_requantiser(sums, out, plan_.in_lanes(i)));
    return out;
  }
  Link& make(std::size_t i, const Subsample& work, const Links& in) {
    const Stage& stage = plan_.workload.stages[i];
    const Stream& input = plan_.workload.input(stage);
    const int lanes = plan_.in_lanes(i), out_lanes = plan_.stages[i].out_lanes;
    Link& kept = add_link();
    add(make_keep(*in[0], kept, input, lanes, work));
    if (work.channels_before == 0 && work.channels_after == 0)
      return add_lanes(kept, input.channels, lanes, out_lanes);
    const std::int64_t piece = pad_lanes(work, input, out_lanes);
    Link& pieces = add_lanes(kept, input.channels, lanes, int(piece));
    Link& padded = add_link();
    add(make_pad(pieces, padded,
                 {work.channels_before / piece, input.channels / piece,
                  work.channels_after / piece}));
    return add_lanes(padded, stage.output.channels, int(piece), out_lanes);
  }

  struct Branches {
    std::int64_t left = 0;
    Link* rest = nullptr;
  };

  const Plan& plan_;
  std::deque<Link> links_;  // addresses hold
  Handshakes parts_;
  std::vector<Link*> outputs_;
  std::map<std::size_t, Branches> branches_;
};

}  // namespace

std::vector<PictureCycles> time_pictures(const Plan& plan, int pictures) {
  return Pipeline(plan).run(pictures);
}

std::int64_t interval_of(const std::vector<PictureCycles>& times) {
  require(times.size() >= 2, "fpga: expected at least 2 pictures, got {}",
          times.size());
  return times.back().last_out - times[times.size() - 2].last_out;
}

}  // namespace triad::fpga
