#pragma once
// How a tensor of the file lies over a value of the graph.
//
// Exporters move axes about without touching numbers: NHWC around each layer,
// Shape-Gather-Concat-Reshape for a flatten, Reshape-Transpose-Reshape for a
// detector's boxes. None of that is computing, so it is not lowered: a tensor
// is a View of a value, and an op looks at the view when it reads it.
//
// The value's axes, the batch first, are cut into factors, row-major; a
// dimension of the tensor is a list of factors, outermost first. A picture
// [C, H, W] seen as NHWC has the dimensions {N}, {H}, {W}, {C}; flattened from
// there {N}, {H, W, C}. Factors of size 1 stand in no list.

#include <cstdint>
#include <optional>
#include <vector>

#include "triad/base/shape.h"

namespace triad::onnx {

// Stands for the batch in shapes and in all integers computed from them: a
// prime that no real dimension has, so that whatever arithmetic a graph does on
// its shapes, products with the batch stay recognisable.
constexpr std::int64_t kBatch = 1'000'000'007;

class View {
 public:
  struct Factor {
    std::int64_t size;
    std::size_t axis;  // of the value with its batch: 0 is the batch
  };
  using Dimension = std::vector<std::size_t>;  // indices of factors

  // The value [C, H, W] or [F] as it is: [N, C, H, W] or [N, F].
  static View of(const Shape& value);

  // The value with dimension i made of axis axes[i]; axes left out have size 1.
  static View of(const Shape& value, const std::vector<std::size_t>& axes);

  std::size_t rank() const { return dimensions_.size(); }
  Shape shape() const;  // kBatch where the batch is
  const std::vector<Factor>& factors() const { return factors_; }
  const Dimension& dimension(std::size_t i) const { return dimensions_[i]; }

  // Whether the tensor is the value as it is, its batch first.
  bool is_plain() const { return is_permuted({}); }
  // Whether it is with its axes in the given order, {0, 2, 3, 1} for NHWC;
  // empty: as they are.
  bool is_permuted(std::vector<std::size_t> axes) const;
  // Whether dimension 0 is the batch and nothing else.
  bool has_batch_first() const;
  // Whether both lie in the same way over values of equal shape.
  bool operator==(const View& other) const;

  // The axes of the value, in order, that dimension `i` is made of; none if it
  // holds only a part of an axis.
  std::optional<std::vector<std::size_t>> whole_axes(std::size_t i) const;

  // The axis that each dimension is, whole; none if some is of several or of a
  // part. Dimensions of size 1 take the axes of size 1 that are left, in order.
  std::optional<std::vector<std::size_t>> single_axes() const;

  // None where the new dimensions cannot be made of whole factors.
  std::optional<View> reshaped(const Shape& target) const;
  View transposed(const std::vector<std::size_t>& order) const;
  // The same view of a value whose axis has another size. The axis must be in
  // one piece.
  View with_axis(std::size_t axis, std::int64_t size) const;
  // The view with the given dimensions reduced to 1, or left out; the value's
  // axes they were made of have size 1.
  View reduced(const std::vector<std::size_t>& dimensions, bool keep) const;

  // Order of the elements behind the batch: position in the tensor [...] ->
  // position in the value. Dimension 0 must be the batch.
  std::vector<std::int64_t> order() const;

 private:
  void split(std::size_t factor, std::int64_t outer);

  std::vector<Factor> factors_;
  std::vector<Dimension> dimensions_;
};

// The target shape of a Reshape with its zeros and its -1 filled in, and the
// batch where the file wrote a fixed one. `batch`: the file's, -1 if it is
// open. Empty where sizes contradict each other.
std::optional<Shape> reshape_target(const Shape& from, Shape target,
                                    bool zero_copies, std::int64_t batch);

}  // namespace triad::onnx
