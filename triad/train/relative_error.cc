#include "triad/train/relative_error.h"

#include <algorithm>
#include <array>
#include <vector>

namespace triad::train {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr double kSmallestVariance = 1e-12;
constexpr std::int64_t kLanes = 16;    // sums side by side, for vectors
constexpr std::int64_t kBlock = 4096;  // few enough for sums of floats

// Calls body(block, first, count) for blocks of `count` elements, in parallel.
template <typename Body>
void for_blocks(std::int64_t count, const Body& body) {
  const std::int64_t blocks = (count + kBlock - 1) / kBlock;
  at::parallel_for(0, blocks, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t block = begin; block < end; ++block)
      body(block, block * kBlock, std::min(kBlock, count - block * kBlock));
  });
}

struct Sums {
  double errors = 0, offsets = 0, squares = 0;
};

// Of (student - teacher)^2, teacher - centre and its square.
Sums add_up(const float* student, const float* teacher, float centre,
            std::int64_t count) {
  std::array<float, kLanes> errors{}, offsets{}, squares{};
  const auto add = [&](std::int64_t i, std::size_t lane) {
    const float error = student[i] - teacher[i];
    const float offset = teacher[i] - centre;
    errors[lane] += error * error;
    offsets[lane] += offset;
    squares[lane] += offset * offset;
  };
  std::int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes)
    for (std::size_t lane = 0; lane < kLanes; ++lane)
      add(i + std::int64_t(lane), lane);
  for (; i < count; ++i) add(i, 0);
  Sums sums;
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    sums.errors += double(errors[lane]);
    sums.offsets += double(offsets[lane]);
    sums.squares += double(squares[lane]);
  }
  return sums;
}

struct Moments {
  double error, variance;  // mean squared error, variance of the teacher
};

Moments moments(const at::Tensor& student, const at::Tensor& teacher) {
  const std::int64_t count = student.numel();
  const float* const ours = student.data_ptr<float>();
  const float* const theirs = teacher.data_ptr<float>();
  std::vector<Sums> parts(std::size_t((count + kBlock - 1) / kBlock));
  for_blocks(count,
             [&](std::int64_t block, std::int64_t first, std::int64_t length) {
               parts[std::size_t(block)] =
                   add_up(ours + first, theirs + first, theirs[0], length);
             });
  Sums sums;
  for (const Sums& part : parts) {
    sums.errors += part.errors;
    sums.offsets += part.offsets;
    sums.squares += part.squares;
  }
  const double mean = sums.offsets / double(count);
  return {
      sums.errors / double(count),
      std::max(sums.squares / double(count) - mean * mean, kSmallestVariance)};
}

struct FastRelativeError : public torch::autograd::Function<FastRelativeError> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& student,
                            const at::Tensor& teacher) {
    const auto [error, variance] = moments(student, teacher);
    context->save_for_backward({student, teacher});
    context->saved_data["factor"] = 2 / (double(student.numel()) * variance);
    return at::scalar_tensor(error / variance, student.options());
  }

  static variable_list backward(AutogradContext* context,
                                variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const float factor = float(context->saved_data["factor"].toDouble() *
                               gradients[0].item<double>());
    at::Tensor result = at::empty_like(saved[0]);
    const float* const ours = saved[0].data_ptr<float>();
    const float* const theirs = saved[1].data_ptr<float>();
    float* const out = result.data_ptr<float>();
    for_blocks(result.numel(),
               [&](std::int64_t, std::int64_t first, std::int64_t count) {
                 for (std::int64_t i = first; i < first + count; ++i)
                   out[i] = factor * (ours[i] - theirs[i]);
               });
    return {result, at::Tensor()};
  }
};

}  // namespace

at::Tensor relative_error(const at::Tensor& student,
                          const at::Tensor& teacher) {
  if (!student.device().is_cpu() || student.numel() == 0)
    return relative_error_composite(student, teacher);
  const at::MemoryFormat format = student.suggest_memory_format();
  return FastRelativeError::apply(
      student.to(at::kFloat).contiguous(format),
      teacher.detach().to(at::kFloat).contiguous(format));
}

at::Tensor relative_error_composite(const at::Tensor& student,
                                    const at::Tensor& teacher) {
  const at::Tensor target = teacher.detach().to(at::kFloat);
  const at::Tensor variance =
      at::var(target, /*unbiased=*/false).clamp_min(kSmallestVariance);
  return at::mse_loss(student.to(at::kFloat), target) / variance;
}

}  // namespace triad::train
