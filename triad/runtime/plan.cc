#include "triad/runtime/plan.h"

#include <algorithm>

#include "triad/base/error.h"
#include "triad/graph/integer_rules.h"
#include "triad/graph/pool_window.h"
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
  Planner(const graph::Graph& graph, Plan& plan)
      : graph_(graph), plan_(plan), roots_(find_roots(graph)) {}

  void build() {
    plan_.values_ = choose_layouts(graph_, roots_);
    find_last_readers();
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

 private:
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

  void place_output() {
    Storage& to = output();
    if (shares_memory()) {
      to.offset = plan_.values_[root(node_->output)].offset;
      return;
    }
    require_size(*node_, to.layout.bytes());
    to.offset =
        plan_.memory_.take(kind_of(to.layout), to.layout.bytes(),
                           to.layout.element_bytes, to.is_real ? 0 : to.zero());
  }

  // The memory of values nobody reads after node `index`.
  void release_after(std::size_t index) {
    for (std::size_t id = 0; id < last_reader_.size(); ++id)
      if (last_reader_[id] == index && roots_[id] == ValueId(id))
        plan_.memory_.release(plan_.values_[id].offset);
  }

  void add_step(std::string op, std::unique_ptr<Operation> operation,
                std::int64_t bytes) {
    const bool is_parallel = operation->pieces() > 1 &&
                             (operation->computed_macs() >= kParallelMacs ||
                              bytes >= kParallelBytes);
    plan_.steps_.push_back(
        {node_->name, std::move(op), std::move(operation), is_parallel});
  }
  void add_step(std::unique_ptr<Operation> operation) {
    add_step(std::string(name(node_->op)), std::move(operation),
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
            .macs = count(*node_, graph_).macs};
  }

  void add(const graph::Input&) {
    plan_.picture_bytes_ = element_count(output_shape());
    add_step(make_input(graph_.input_table, output()));
  }

  void add(const graph::Conv2d& op) {
    const Storage& from = input();
    const Layer layer = make_layer(from.layout.channels,
                                   op.kernel[0] * op.kernel[1], op.groups);
    if (op.stride == graph::Pair{1, 1} && from.layout.has_halo(op.padding)) {
      add_step(make_convolution(layer, direct_taps(op, from.layout),
                                from.offset, from, output(), plan_.kernels_));
      return;
    }
    const PhaseLayout phases =
        make_phases(op, from.layout, output_shape(), output().layout.pitch);
    require_size(*node_, phases.bytes());
    const std::int64_t offset =
        plan_.memory_.take(kind_of(phases, op, from.layout), phases.bytes(),
                           from.layout.element_bytes, from.zero());
    add_step("gather", make_gather(op, from, phases, offset), phases.bytes());
    add_step(make_convolution(layer, phase_taps(op, phases), offset, from,
                              output(), plan_.kernels_));
    plan_.memory_.release(offset);
  }

  void add(const graph::Linear&) {
    const Storage& from = input();
    const TapLayout taps{.pixel_bytes = from.layout.pixel_bytes(),
                         .pitch = 1,
                         .quad_bytes = from.layout.pixel_bytes(),
                         .taps = {0}};
    add_step(make_convolution(make_layer(from.layout.channels, 1, 1), taps,
                              from.offset, from, output(), plan_.kernels_));
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
  void add(const graph::Add&) { add_elementwise(); }
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
  const std::vector<ValueId> roots_;
  std::vector<std::size_t> last_reader_;  // of each root, by ValueId
  const Node* node_ = nullptr;
};

Plan::Plan(const graph::Graph& graph, const Kernels& kernels)
    : kernels_(kernels) {
  graph::check_integer_rules(graph);
  Planner(graph, *this).build();
}

std::int64_t Plan::weight_bytes() const {
  std::int64_t bytes = 0;
  for (const Step& step : steps_) bytes += step.operation->weight_bytes();
  return bytes;
}

}  // namespace triad::runtime
