#include "triad/format/op_table.h"

#include <variant>

#include "triad/base/error.h"
#include "triad_generated.h"

namespace triad::format {
namespace {

// A pair of a file, absent where it is 1, 1.
class FilePair {
 public:
  explicit FilePair(const graph::Pair& pair)
      : pair_(to_file_integer(pair[0]), to_file_integer(pair[1])),
        ones_(pair == graph::Pair{1, 1}) {}
  const fbs::Pair* get() const { return ones_ ? nullptr : &pair_; }

 private:
  fbs::Pair pair_;
  bool ones_;
};

// Padding of a file, absent where it is zero.
class FilePadding {
 public:
  explicit FilePadding(const graph::Padding& padding)
      : padding_(to_file_integer(padding[0]), to_file_integer(padding[1]),
                 to_file_integer(padding[2]), to_file_integer(padding[3])),
        zero_(padding == graph::Padding{}) {}
  const fbs::Padding* get() const { return zero_ ? nullptr : &padding_; }

 private:
  fbs::Padding padding_;
  bool zero_;
};

// A range of a file, absent where it is all.
class FileRange {
 public:
  explicit FileRange(const graph::Range& range)
      : range_(to_file_integer(range.start), to_file_integer(range.stop),
               to_file_integer(range.stride)),
        all_(range == graph::Range{}) {}
  const fbs::Range* get() const { return all_ ? nullptr : &range_; }

 private:
  fbs::Range range_;
  bool all_;
};

graph::Range to_range(const fbs::Range* range) {
  if (range == nullptr) return {};
  return {range->start(), range->stop(), range->stride()};
}

graph::Pair to_pair(const fbs::Pair* pair) {
  if (pair == nullptr) return {1, 1};
  return {pair->vertical(), pair->horizontal()};
}

graph::Padding to_padding(const fbs::Padding* padding) {
  if (padding == nullptr) return {0, 0, 0, 0};
  return {padding->top(), padding->left(), padding->bottom(), padding->right()};
}

// One overload an op; each builds the table of its attributes.
class OpWriter {
 public:
  explicit OpWriter(flatbuffers::FlatBufferBuilder& builder)
      : builder_(builder) {}

  StoredOp operator()(const graph::Input&) {
    return stored(fbs::CreateInput(builder_));
  }
  StoredOp operator()(const graph::Conv2d& op) {
    return stored(fbs::CreateConv2d(
        builder_, to_file_integer(op.outputs), FilePair(op.kernel).get(),
        FilePair(op.stride).get(), FilePair(op.dilation).get(),
        FilePadding(op.padding).get(), to_file_integer(op.groups)));
  }
  StoredOp operator()(const graph::Linear& op) {
    return stored(fbs::CreateLinear(builder_, to_file_integer(op.outputs)));
  }
  StoredOp operator()(const graph::BatchNorm& op) {
    return stored(fbs::CreateBatchNorm(builder_, op.epsilon));
  }
  StoredOp operator()(const graph::Relu&) {
    return stored(fbs::CreateRelu(builder_));
  }
  StoredOp operator()(const graph::LeakyRelu& op) {
    return stored(fbs::CreateLeakyRelu(builder_, op.slope));
  }
  StoredOp operator()(const graph::Clip& op) {
    return stored(fbs::CreateClip(builder_, op.low, op.high));
  }
  StoredOp operator()(const graph::HardSigmoid& op) {
    return stored(fbs::CreateHardSigmoid(builder_, op.alpha, op.beta));
  }
  StoredOp operator()(const graph::HardSwish&) {
    return stored(fbs::CreateHardSwish(builder_));
  }
  StoredOp operator()(const graph::Sigmoid&) {
    return stored(fbs::CreateSigmoid(builder_));
  }
  StoredOp operator()(const graph::MaxPool& op) {
    return stored(fbs::CreateMaxPool(
        builder_, FilePair(op.kernel).get(), FilePair(op.stride).get(),
        FilePadding(op.padding).get(), op.ceil_mode));
  }
  StoredOp operator()(const graph::AveragePool& op) {
    return stored(fbs::CreateAveragePool(
        builder_, FilePair(op.kernel).get(), FilePair(op.stride).get(),
        FilePadding(op.padding).get(), op.ceil_mode, op.count_padding));
  }
  StoredOp operator()(const graph::GlobalAveragePool&) {
    return stored(fbs::CreateGlobalAveragePool(builder_));
  }
  StoredOp operator()(const graph::Add&) {
    return stored(fbs::CreateAdd(builder_));
  }
  StoredOp operator()(const graph::Mul&) {
    return stored(fbs::CreateMul(builder_));
  }
  StoredOp operator()(const graph::Concat&) {
    return stored(fbs::CreateConcat(builder_));
  }
  StoredOp operator()(const graph::Flatten&) {
    return stored(fbs::CreateFlatten(builder_));
  }
  StoredOp operator()(const graph::Pad& op) {
    return stored(fbs::CreatePad(builder_, FilePadding(op.padding).get(),
                                 to_file_integer(op.channels_before),
                                 to_file_integer(op.channels_after)));
  }
  StoredOp operator()(const graph::ChannelsLast& op) {
    return stored(
        fbs::CreateChannelsLast(builder_, to_file_integer(op.columns)));
  }
  StoredOp operator()(const graph::Slice& op) {
    return stored(fbs::CreateSlice(builder_, FileRange(op.channels).get(),
                                   FileRange(op.rows).get(),
                                   FileRange(op.columns).get()));
  }
  StoredOp operator()(const graph::Resize& op) {
    return stored(fbs::CreateResize(builder_, FilePair(op.factor).get()));
  }
  StoredOp operator()(const graph::Dropout& op) {
    return stored(fbs::CreateDropout(builder_, op.probability));
  }
  StoredOp operator()(const graph::Softmax&) {
    return stored(fbs::CreateSoftmax(builder_));
  }

 private:
  template <typename Table>
  static StoredOp stored(flatbuffers::Offset<Table> table) {
    return {fbs::OpTraits<Table>::enum_value, table.Union()};
  }

  flatbuffers::FlatBufferBuilder& builder_;
};

graph::Op read(const fbs::Conv2d& op) {
  return graph::Conv2d{.outputs = op.outputs(),
                       .kernel = to_pair(op.kernel()),
                       .stride = to_pair(op.stride()),
                       .dilation = to_pair(op.dilation()),
                       .padding = to_padding(op.padding()),
                       .groups = op.groups()};
}

graph::Op read(const fbs::MaxPool& op) {
  return graph::MaxPool{.kernel = to_pair(op.kernel()),
                        .stride = to_pair(op.stride()),
                        .padding = to_padding(op.padding()),
                        .ceil_mode = op.ceil_mode()};
}

graph::Op read(const fbs::AveragePool& op) {
  return graph::AveragePool{.kernel = to_pair(op.kernel()),
                            .stride = to_pair(op.stride()),
                            .padding = to_padding(op.padding()),
                            .ceil_mode = op.ceil_mode(),
                            .count_padding = op.count_padding()};
}

graph::Op read(const fbs::Pad& op) {
  return graph::Pad{.padding = to_padding(op.padding()),
                    .channels_before = op.channels_before(),
                    .channels_after = op.channels_after()};
}

graph::Op read(const fbs::StridedSlice& op) {
  const graph::Pair stride = to_pair(op.stride());
  return graph::Slice{.rows = {.stride = stride[0]},
                      .columns = {.stride = stride[1]}};
}

graph::Op read(const fbs::Slice& op) {
  return graph::Slice{to_range(op.channels()), to_range(op.rows()),
                      to_range(op.columns())};
}

graph::Op read(const fbs::Clip& op) { return graph::Clip{op.low(), op.high()}; }

graph::Op read(const fbs::HardSigmoid& op) {
  return graph::HardSigmoid{op.alpha(), op.beta()};
}

template <typename Table>
const Table& as(const void* table) {
  return *static_cast<const Table*>(table);
}

}  // namespace

StoredOp write_op(flatbuffers::FlatBufferBuilder& builder,
                  const graph::Op& op) {
  return std::visit(OpWriter(builder), op);
}

int first_version(fbs::Op type) { return type > fbs::Op::Softmax ? 2 : 1; }

graph::Op read_op(fbs::Op type, const void* table) {
  // The verifier takes a type without its table.
  require(table != nullptr || type == fbs::Op::NONE,
          "op number {} has no attributes", int(type));
  switch (type) {
    case fbs::Op::NONE:
      break;
    case fbs::Op::Input:
      return graph::Input{};
    case fbs::Op::Conv2d:
      return read(as<fbs::Conv2d>(table));
    case fbs::Op::Linear:
      return graph::Linear{as<fbs::Linear>(table).outputs()};
    case fbs::Op::BatchNorm:
      return graph::BatchNorm{as<fbs::BatchNorm>(table).epsilon()};
    case fbs::Op::Relu:
      return graph::Relu{};
    case fbs::Op::Relu6:
      return graph::Clip{0.0f, 6.0f};
    case fbs::Op::LeakyRelu:
      return graph::LeakyRelu{as<fbs::LeakyRelu>(table).slope()};
    case fbs::Op::Clip:
      return read(as<fbs::Clip>(table));
    case fbs::Op::HardSigmoid:
      return read(as<fbs::HardSigmoid>(table));
    case fbs::Op::HardSwish:
      return graph::HardSwish{};
    case fbs::Op::Sigmoid:
      return graph::Sigmoid{};
    case fbs::Op::MaxPool:
      return read(as<fbs::MaxPool>(table));
    case fbs::Op::AveragePool:
      return read(as<fbs::AveragePool>(table));
    case fbs::Op::GlobalAveragePool:
      return graph::GlobalAveragePool{};
    case fbs::Op::Add:
      return graph::Add{};
    case fbs::Op::Mul:
      return graph::Mul{};
    case fbs::Op::Concat:
      return graph::Concat{};
    case fbs::Op::Flatten:
      return graph::Flatten{};
    case fbs::Op::Pad:
      return read(as<fbs::Pad>(table));
    case fbs::Op::StridedSlice:
      return read(as<fbs::StridedSlice>(table));
    case fbs::Op::ChannelsLast:
      return graph::ChannelsLast{as<fbs::ChannelsLast>(table).columns()};
    case fbs::Op::Slice:
      return read(as<fbs::Slice>(table));
    case fbs::Op::Resize:
      return graph::Resize{to_pair(as<fbs::Resize>(table).factor())};
    case fbs::Op::Dropout:
      return graph::Dropout{as<fbs::Dropout>(table).probability()};
    case fbs::Op::Softmax:
      return graph::Softmax{};
  }
  fail("op number {} is unknown", int(type));
}

std::int32_t to_file_integer(std::int64_t value) {
  require(value >= INT32_MIN && value <= INT32_MAX,
          "model: expected numbers below 2^31, got {}", value);
  return std::int32_t(value);
}

}  // namespace triad::format
