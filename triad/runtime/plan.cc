#include "triad/runtime/plan.h"

#include <algorithm>
#include <map>

#include "triad/base/error.h"
#include "triad/base/parallel.h"
#include "triad/graph/integer_rules.h"
#include "triad/graph/pool_window.h"
#include "triad/graph/rewrite.h"
#include "triad/runtime/border.h"
#include "triad/runtime/convolution.h"
#include "triad/runtime/elementwise.h"
#include "triad/runtime/gather.h"
#include "triad/runtime/moving.h"
#include "triad/runtime/plan_layouts.h"
#include "triad/runtime/pooling.h"

namespace triad::runtime {

using graph::Node;
using graph::ValueId;

namespace {

// Below this, waking another thread costs more than it brings.
constexpr std::int64_t kParallelMacs = 1'000'000;
constexpr std::int64_t kParallelBytes = 32 * 1024;

void require_size(const Node& node, std::int64_t size_bytes) {
  require(size_bytes <= INT32_MAX / 2,
          "{} '{}': expected values of at most 1 GiB", name(node.op),
          node.name);
}

// Whether all codes are -1, 0 or 1; compared as unsigned numbers, which needs
// no branch.
bool is_ternary(const encoding::Encoding& weight) {
  const auto* levels = std::get_if<encoding::Levels>(&weight);
  std::uint8_t highest = 0;
  if (levels != nullptr)
    for (const std::int8_t code : *levels->codes)
      highest = std::max(highest, std::uint8_t(code + 1));
  return highest <= 2;
}

MemoryPlan::Kind kind_of(const Layout& layout) {
  return {layout.quads(), layout.height, layout.width, layout.element_bytes,
          layout.pitch,   layout.origin, layout.plane};
}

MemoryPlan::Kind kind_of(const PhaseLayout& phases, const graph::Conv2d& op,
                         const Layout& input) {
  return {phases.stride[0], phases.stride[1], phases.phases[0],
          phases.phases[1], phases.height,    phases.width,
          phases.pitch,     phases.quads,     phases.pixel_bytes,
          op.padding[0],    op.padding[1],    input.height,
          input.width};
}

}  // namespace

// Builds the steps of a plan, node after node.
class Planner {
 public:
  Planner(const graph::Graph& graph, Plan& plan, int threads)
      : graph_(graph),
        plan_(plan),
        threads_(threads),
        roots_(find_roots(graph)) {}

  void build() {
    plan_.values_ = choose_layouts(graph_, roots_);
    find_last_readers();
    find_fused_sums();
    try {
      add_nodes();
    } catch (const Error&) {
      make_convolutions();  // an error of an earlier node comes first
      throw;
    }
    make_convolutions();
    for (std::size_t i = 0; i < plan_.steps_.size(); ++i) {
      Step& step = plan_.steps_[i];
      step.is_parallel = step.operation->pieces() > 1 &&
                         (step.operation->computed_macs() >= kParallelMacs ||
                          written_bytes_[i] >= kParallelBytes);
    }
  }

 private:
  // What a convolution reads: its input or a copy of it.
  struct Source {
    TapLayout taps;
    std::int64_t offset = 0;  // bytes from the start of the memory
    bool is_copy = false;
  };

  // The sum a convolution is fused with, and which of its inputs it makes.
  struct Fused {
    const Node* sum;
    std::size_t input;
  };

  // A convolution to be made, all at once at the end, because packing their
  // weights takes most of the time; and what its codes are if not the node's.
  struct Pending {
    std::size_t step;
    Layer layer;
    std::shared_ptr<const std::vector<std::int8_t>> codes;
    Connection values;
  };

  void add_nodes() {
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      node_ = &graph_.nodes[i];
      place_output();
      std::visit([this](const auto& op) { add(op); }, node_->op);
      release_after(i);
    }
    node_ = &graph_.nodes.back();
    for (const ValueId id : graph_.outputs) {
      add_step("output", make_output(value(id), plan_.result_floats_), 0);
      plan_.result_floats_ += element_count(graph_.value(id).shape);
    }
  }

  void make_convolutions() {
    parallel_for(std::ssize(pending_), threads_, [this](std::int64_t i) {
      const Pending& made = pending_[std::size_t(i)];
      plan_.steps_[made.step].operation =
          make_convolution(made.layer, made.values, plan_.kernels_);
    });
  }

  Storage& value(ValueId id) { return plan_.values_[std::size_t(id)]; }
  const Storage& input(std::size_t i = 0) { return value(node_->inputs[i]); }
  Storage& output() { return value(node_->output); }
  const Shape& input_shape() { return graph_.value(node_->inputs[0]).shape; }
  const Shape& output_shape() { return graph_.value(node_->output).shape; }
  const graph::Requantization& integers() {
    return node_->requantization.front();
  }
  bool shares_memory() {
    return roots_[std::size_t(node_->output)] != node_->output;
  }

  void find_last_readers() {
    last_reader_.assign(graph_.values.size(), 0);
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      last_reader_[root(graph_.nodes[i].output)] = i;
      for (const ValueId id : graph_.nodes[i].inputs)
        last_reader_[root(id)] = i;
    }
    for (const ValueId id : graph_.outputs) last_reader_[root(id)] = SIZE_MAX;
  }
  std::size_t root(ValueId id) const {
    return std::size_t(roots_[std::size_t(id)]);
  }

  // A sum goes into the later one of its inputs, if a convolution makes that
  // and nobody else reads it.
  void find_fused_sums() {
    const std::vector<int> readers = count_readers(graph_);
    const std::vector<std::size_t> producers = find_producers(graph_);
    for (const Node& sum : graph_.nodes) {
      if (!std::holds_alternative<graph::Add>(sum.op) || sum.inputs.size() != 2)
        continue;
      const auto producer = [&](std::size_t i) {
        return producers[std::size_t(sum.inputs[i])];
      };
      const std::size_t later = producer(1) > producer(0) ? 1 : 0;
      const Node& layer = graph_.nodes[producer(later)];
      if (!std::holds_alternative<graph::Conv2d>(layer.op) ||
          readers[std::size_t(layer.output)] != 1 ||
          sum.inputs[0] == sum.inputs[1])
        continue;
      if (can_fuse_sum(value(layer.inputs[0]), value(layer.output),
                       value(sum.inputs[1 - later]), value(sum.output)))
        fused_.emplace(layer.output, Fused{&sum, later});
    }
  }
  const Fused* fused_sum() const {
    const auto found = fused_.find(node_->output);
    return found == fused_.end() ? nullptr : &found->second;
  }
  bool is_fused(const Node& sum) const {
    return std::ranges::any_of(
        fused_, [&](const auto& fused) { return fused.second.sum == &sum; });
  }

  void place_output() {
    if (is_fused(*node_)) return;  // placed with its convolution
    if (const Fused* fused = fused_sum()) {
      place(value(fused->sum->output));
      return;
    }
    Storage& to = output();
    if (shares_memory())
      to.offset = plan_.values_[root(node_->output)].offset;
    else
      place(to);
  }

  void place(Storage& to) {
    require_size(*node_, to.layout.bytes());
    to.offset =
        plan_.memory_.take(kind_of(to.layout), to.layout.bytes(),
                           to.layout.element_bytes, to.is_real ? 0 : to.zero());
  }

  // The memory of values nobody reads after node `index`.
  void release_after(std::size_t index) {
    for (std::size_t id = 0; id < last_reader_.size(); ++id)
      if (last_reader_[id] == index && roots_[id] == ValueId(id) &&
          !fused_.contains(ValueId(id)))
        plan_.memory_.release(plan_.values_[id].offset);
  }

  // `bytes`: what the step writes.
  void add_step(std::string op, std::unique_ptr<Operation> operation,
                std::int64_t bytes) {
    plan_.steps_.push_back({node_->name, std::move(op), std::move(operation)});
    written_bytes_.push_back(bytes);
  }
  void add_step(std::unique_ptr<Operation> operation) {
    add_step(std::string(name(node_->op)), std::move(operation),
             output().layout.bytes());
  }

  void add_convolution(
      const Layer& layer, const Source& source,
      std::shared_ptr<const std::vector<std::int8_t>> codes = nullptr) {
    Connection values{source.taps, source.offset, input(), output()};
    if (const Fused* fused = fused_sum())
      values.sum.emplace(FusedSum{*fused->sum, fused->input,
                                  value(fused->sum->inputs[1 - fused->input]),
                                  value(fused->sum->output)});
    pending_.push_back({plan_.steps_.size(), layer, std::move(codes), values});
    add_step(values.sum ? "conv2d+add" : std::string(name(node_->op)), nullptr,
             output().layout.bytes());
  }

  Layer make_layer(std::int64_t inputs, std::int64_t taps,
                   std::int64_t groups) {
    return {.node = *node_,
            .codes = graph::integer_codes(node_->find("weight")->encoding,
                                          node_->name),
            .inputs = inputs,
            .taps = taps,
            .convolution_groups = groups,
            .macs = count(*node_, graph_).macs,
            .is_ternary = is_ternary(node_->find("weight")->encoding)};
  }

  void add(const graph::Input&) {
    plan_.picture_bytes_ = element_count(output_shape());
    add_step(make_input(graph_.input_table, output(), plan_.kernels_));
  }

  std::int64_t take_copy(const PhaseLayout& layout, const graph::Conv2d& op) {
    const Storage& from = input();
    require_size(*node_, layout.bytes());
    return plan_.memory_.take(kind_of(layout, op, from.layout), layout.bytes(),
                              from.layout.element_bytes, from.zero());
  }

  void release(const Source& source) {
    if (source.is_copy) plan_.memory_.release(source.offset);
  }

  Source add_gather(const graph::Conv2d& op) {
    const Storage& from = input();
    if (op.stride == graph::Pair{1, 1} && from.layout.has_halo(op.padding))
      return {direct_taps(op, from.layout), from.offset};
    const PhaseLayout phases =
        make_phases(op, from.layout, output_shape(), output().layout.pitch);
    const std::int64_t offset = take_copy(phases, op);
    add_step("gather", make_gather(op, from, phases, offset, plan_.kernels_),
             phases.bytes());
    return {phase_taps(op, phases), offset, true};
  }

  void add(const graph::Conv2d& op) {
    const Storage& from = input();
    const Source source = add_gather(op);
    if (const auto packing = choose_row_packing(op, from, output().layout)) {
      add_row_packed(op, source, *packing);
    } else {
      const Layer layer = make_layer(from.layout.channels,
                                     op.kernel[0] * op.kernel[1], op.groups);
      add_convolution(layer, source);
    }
    release(source);
  }

  void add_row_packed(const graph::Conv2d& op, const Source& source,
                      const RowPacking& packing) {
    const Storage& from = input();
    const Source packed{phase_taps(packing.op, packing.layout),
                        take_copy(packing.layout, packing.op), true};
    add_step(
        "pack_rows",
        make_row_packing(op, from.layout.channels, source.taps, source.offset,
                         packing, packed.offset, plan_.kernels_),
        packing.layout.bytes());
    Layer layer = make_layer(packing.inputs, packing.op.kernel[0], 1);
    const auto codes = std::make_shared<const std::vector<std::int8_t>>(
        pack_row_codes(layer.codes, op, packing));
    layer.codes = *codes;
    add_convolution(layer, packed, codes);
    release(packed);
  }

  void add(const graph::Linear&) {
    const Storage& from = input();
    add_convolution(make_layer(from.layout.channels, 1, 1),
                    {{.pixel_bytes = from.layout.pixel_bytes(),
                      .pitch = 1,
                      .quad_bytes = from.layout.pixel_bytes(),
                      .taps = {0}},
                     from.offset});
  }

  void add_elementwise() {
    std::vector<const Storage*> from;
    for (const ValueId id : node_->inputs) from.push_back(&value(id));
    add_step(make_elementwise(*node_, from, output(), plan_.kernels_));
  }
  void add(const graph::Relu&) { add_elementwise(); }
  void add(const graph::LeakyRelu&) { add_elementwise(); }
  void add(const graph::Clip&) { add_elementwise(); }
  void add(const graph::HardSigmoid&) { add_elementwise(); }
  void add(const graph::HardSwish&) { add_elementwise(); }
  void add(const graph::Sigmoid&) { add_elementwise(); }
  void add(const graph::Add&) {
    if (!is_fused(*node_)) add_elementwise();
  }
  void add(const graph::Mul&) { add_elementwise(); }
  void add(const graph::Concat&) { add_elementwise(); }

  void add(const graph::MaxPool& op) {
    add_step(
        make_max_pool(op, input_shape(), input(), output(), plan_.kernels_));
  }
  void add(const graph::AveragePool& op) {
    add_step(make_average_pool(op, integers(), input_shape(), output_shape(),
                               input(), output()));
  }
  void add(const graph::GlobalAveragePool&) {
    add(graph::whole_picture(input_shape()));
  }

  void add_moving() {
    if (shares_memory()) return;
    add_step(make_moving(*node_, input(), output()));
  }
  void add(const graph::Flatten&) { add_moving(); }
  void add(const graph::Pad&) { add_moving(); }
  void add(const graph::ChannelsLast&) { add_moving(); }
  void add(const graph::Slice&) { add_moving(); }
  void add(const graph::Resize&) { add_moving(); }
  void add(const graph::Dropout&) { add_moving(); }

  void add(const graph::Softmax&) {
    add_step(make_softmax(input(), output(), input_shape().back()));
  }
  void add(const graph::BatchNorm&) {}  // refused by the integer rules

  const graph::Graph& graph_;
  Plan& plan_;
  const int threads_;
  const std::vector<ValueId> roots_;
  std::vector<std::size_t> last_reader_;     // of each root, by ValueId
  std::map<ValueId, Fused> fused_;           // by the convolution's output
  std::vector<std::int64_t> written_bytes_;  // by each step
  std::vector<Pending> pending_;
  const Node* node_ = nullptr;
};

Plan::Plan(const graph::Graph& graph, const Kernels& kernels, int threads)
    : kernels_(kernels) {
  graph::check_integer_rules(graph, threads);
  Planner(graph, *this, threads).build();
}

std::int64_t Plan::weight_bytes() const {
  std::int64_t bytes = 0;
  for (const Step& step : steps_) bytes += step.operation->weight_bytes();
  return bytes;
}

}  // namespace triad::runtime
