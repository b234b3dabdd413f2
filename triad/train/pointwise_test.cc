#include "triad/train/pointwise.h"

#include <gtest/gtest.h>

namespace triad::train {
namespace {

using Function = at::Tensor (*)(const at::Tensor&, const at::Tensor&,
                                const at::Tensor&);

// The result and the gradients of input, weight and bias.
std::vector<at::Tensor> run(Function function, const at::Tensor& x,
                            const at::Tensor& weight, const at::Tensor& bias) {
  std::vector<at::Tensor> inputs;
  for (const at::Tensor& tensor : {x, weight, bias})
    inputs.push_back(tensor.detach().clone().requires_grad_());
  const at::Tensor y = function(inputs[0], inputs[1], inputs[2]);
  const at::Tensor loss = (y * at::arange(y.numel()).view(y.sizes())).sum();
  std::vector<at::Tensor> results = torch::autograd::grad({loss}, inputs);
  results.push_back(y.detach());
  return results;
}

void expect_equal(const std::vector<at::Tensor>& a,
                  const std::vector<at::Tensor>& b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    ASSERT_EQ(a[i].sizes(), b[i].sizes()) << i;
    const double error = (a[i] - b[i]).abs().max().item<double>();
    EXPECT_LE(error, 1e-4 * b[i].abs().max().item<double>()) << i;
  }
}

TEST(Pointwise, IsAConvolutionWhateverTheBatch) {
  at::set_num_threads(1);
  torch::manual_seed(1);
  for (const auto& [pictures, rows, columns] :
       {std::tuple(1, 4, 8), std::tuple(3, 7, 5), std::tuple(2, 3, 5),
        std::tuple(16, 2, 3), std::tuple(1, 1, 1)})
    for (const bool last : {true, false}) {
      const at::Tensor x = at::randn({pictures, 6, rows, columns})
                               .contiguous(last ? at::MemoryFormat::ChannelsLast
                                                : at::MemoryFormat::Contiguous);
      const at::Tensor weight = at::randn({5, 6, 1, 1});
      const at::Tensor bias = at::randn({5});
      const Function plain = [](const at::Tensor& x, const at::Tensor& weight,
                                const at::Tensor& bias) {
        return at::conv2d(x, weight, bias);
      };
      expect_equal(run(pointwise, x, weight, bias),
                   run(plain, x, weight, bias));
    }
}

TEST(Pointwise, LeavesChannelsLastWhereTheyAre) {
  at::set_num_threads(1);
  const at::Tensor x =
      at::randn({2, 8, 4, 4}).contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor y = pointwise(x, at::randn({3, 8, 1, 1}), {});
  EXPECT_TRUE(y.is_contiguous(at::MemoryFormat::ChannelsLast));
}

TEST(Linear, IsTheMatrixProductWhateverTheBatch) {
  torch::manual_seed(1);
  for (const int pictures : {1, 15, 16, 40}) {
    const at::Tensor x = at::randn({pictures, 12});
    const at::Tensor weight = at::randn({7, 12}), bias = at::randn({7});
    const Function plain = [](const at::Tensor& x, const at::Tensor& weight,
                              const at::Tensor& bias) {
      return at::linear(x, weight, bias);
    };
    expect_equal(run(linear, x, weight, bias), run(plain, x, weight, bias));
  }
}

}  // namespace
}  // namespace triad::train
