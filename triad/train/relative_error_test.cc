#include "triad/train/relative_error.h"

#include <gtest/gtest.h>

namespace triad::train {
namespace {

// The value, and the gradient of three times of it.
std::pair<double, at::Tensor> run(at::Tensor (*function)(const at::Tensor&,
                                                         const at::Tensor&),
                                  const at::Tensor& student,
                                  const at::Tensor& teacher) {
  const at::Tensor x = student.detach().clone().requires_grad_();
  const at::Tensor y = function(x, teacher);
  return {y.item<double>(), torch::autograd::grad({3 * y}, {x})[0]};
}

void expect_agreement(const at::Tensor& student, const at::Tensor& teacher) {
  const auto [fast, fast_gradient] = run(relative_error, student, teacher);
  const auto [slow, slow_gradient] =
      run(relative_error_composite, student, teacher);
  EXPECT_NEAR(fast, slow, 1e-5 * slow);
  const double error =
      (fast_gradient - slow_gradient).abs().max().item<double>();
  EXPECT_LE(error, 1e-5 * slow_gradient.abs().max().item<double>());
}

TEST(RelativeError, AgreesWithItsComposite) {
  torch::manual_seed(1);
  for (const std::vector<std::int64_t>& shape :
       {std::vector<std::int64_t>{1}, std::vector<std::int64_t>{3, 5},
        std::vector<std::int64_t>{2, 7, 9, 11},
        std::vector<std::int64_t>{4, 16, 40, 33}})
    for (const double mean : {0.0, 50.0}) {
      const at::Tensor teacher = at::randn(shape) + mean;
      expect_agreement(teacher + 0.3 * at::randn(shape), teacher);
    }
}

TEST(RelativeError, DoesNotMindHowThePicturesLie) {
  torch::manual_seed(2);
  const at::Tensor teacher = at::randn({2, 6, 5, 4});
  const at::Tensor student = at::randn({2, 6, 5, 4});
  const at::Tensor last = student.contiguous(at::MemoryFormat::ChannelsLast);
  expect_agreement(last, teacher);
  expect_agreement(student, teacher.contiguous(at::MemoryFormat::ChannelsLast));
  EXPECT_NEAR(relative_error(last, teacher).item<double>(),
              relative_error(student, teacher).item<double>(), 1e-6);
}

TEST(RelativeError, HasTheSameBitsOnAnyNumberOfThreads) {
  torch::manual_seed(3);
  const at::Tensor teacher = at::randn({2, 16, 50, 50});
  const at::Tensor student = at::randn({2, 16, 50, 50});
  at::set_num_threads(1);
  const double one = relative_error(student, teacher).item<double>();
  at::set_num_threads(2);
  EXPECT_EQ(relative_error(student, teacher).item<double>(), one);
}

}  // namespace
}  // namespace triad::train
