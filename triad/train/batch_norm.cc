#include "triad/train/batch_norm.h"

#include <cmath>
#include <vector>

#include "triad/base/error.h"
#include "triad/train/batch_norm_kernels.h"

namespace triad::train {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Elements of one unit of work: a whole number of tiles, small enough that
// float sums lose nothing before they go to double.
std::int64_t block_size(const ChannelTile& tile) { return tile.size() * 64; }

// Calls body(block, first, count) for every block, in parallel.
template <typename Body>
void for_blocks(const ChannelTile& tile, std::int64_t count, const Body& body) {
  const std::int64_t size = block_size(tile);
  const std::int64_t blocks = (count + size - 1) / size;
  at::parallel_for(0, blocks, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t block = begin; block < end; ++block)
      body(block, block * size, std::min(size, count - block * size));
  });
}

// Two sums per channel over all elements, [2, C] double: sum(block, first,
// count, sums, products) adds into [tile] floats each.
template <typename Sum>
at::Tensor channel_sums(std::int64_t channels, const ChannelTile& tile,
                        std::int64_t count, const Sum& sum) {
  const std::int64_t size = block_size(tile);
  const auto blocks = std::size_t((count + size - 1) / size);
  std::vector<std::vector<double>> parts(blocks);
  for_blocks(tile, count,
             [&](std::int64_t block, std::int64_t first, std::int64_t length) {
               std::vector<float> sums(2 * std::size_t(tile.size()), 0.0f);
               sum(first, length, sums.data(), sums.data() + tile.size());
               std::vector<double> part(2 * std::size_t(channels), 0.0);
               tile.fold(sums.data(), part.data());
               tile.fold(sums.data() + tile.size(), part.data() + channels);
               parts[std::size_t(block)] = std::move(part);
             });
  at::Tensor total = at::zeros({2, channels}, at::kDouble);
  double* const values = total.data_ptr<double>();
  for (const std::vector<double>& part : parts)
    for (std::size_t i = 0; i < part.size(); ++i) values[i] += part[i];
  return total;
}

// Sums over ranks, with the number of elements per channel as a third row.
at::Tensor over_ranks(const at::Tensor& sums, std::int64_t per_channel,
                      Reducer* reducer) {
  const at::Tensor all = at::cat(
      {sums, at::full({1, sums.size(1)}, double(per_channel), at::kDouble)});
  if (reducer != nullptr) reducer->sum(all);
  return all;
}

at::Tensor packed(const at::Tensor& x) {
  return x.contiguous(x.dim() == 4 ? at::MemoryFormat::ChannelsLast
                                   : at::MemoryFormat::Contiguous);
}

const float* data_or_null(const at::Tensor& tensor) {
  return tensor.defined() ? tensor.data_ptr<float>() : nullptr;
}

struct Affine {
  at::Tensor scale, shift;  // [C] float: y = x * scale + shift
};

Affine affine(const at::Tensor& mean, const at::Tensor& inverse_deviation,
              const BatchNormParameters& parameters) {
  const at::Tensor scale =
      parameters.weight.detach().to(at::kDouble) * inverse_deviation;
  const at::Tensor shift =
      parameters.bias.detach().to(at::kDouble) - mean * scale;
  return {scale.to(at::kFloat), shift.to(at::kFloat)};
}

at::Tensor apply_affine(const at::Tensor& x, const Affine& affine,
                        const at::Tensor& residual, bool relu) {
  at::Tensor y = at::empty_like(x);
  const ChannelTile tile(x.size(1));
  const std::vector<float> scale = tile.repeat(affine.scale.data_ptr<float>());
  const std::vector<float> shift = tile.repeat(affine.shift.data_ptr<float>());
  const ApplyArguments arguments{x.data_ptr<float>(), data_or_null(residual),
                                 scale.data(),        shift.data(),
                                 y.data_ptr<float>(), relu};
  for_blocks(tile, x.numel(),
             [&](std::int64_t, std::int64_t first, std::int64_t count) {
               apply(arguments, tile.size(), first, count);
             });
  return y;
}

// Moves the running moments; torch's rule: the unbiased variance.
void move_running(const BatchNormParameters& parameters, const at::Tensor& mean,
                  const at::Tensor& variance, double count) {
  const double unbiased = count > 1 ? count / (count - 1) : 1.0;
  at::Tensor running_mean = parameters.running_mean;
  at::Tensor running_var = parameters.running_var;
  running_mean.mul_(1 - parameters.momentum)
      .add_(mean.to(running_mean.scalar_type()), parameters.momentum);
  running_var.mul_(1 - parameters.momentum)
      .add_((variance * unbiased).to(running_var.scalar_type()),
            parameters.momentum);
}

// The training form for float on the CPU.
class FastBatchNorm : public torch::autograd::Function<FastBatchNorm> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& input,
                            const at::Tensor& weight, const at::Tensor& bias,
                            const at::Tensor& skip,
                            const BatchNormParameters* parameters,
                            const BatchNormSettings* settings) {
    (void)weight;  // listed so that autograd knows them
    (void)bias;
    const at::Tensor x = packed(input);
    const at::Tensor residual = skip.numel() > 0 ? packed(skip) : at::Tensor();
    const std::int64_t channels = x.size(1);
    const ChannelTile tile(channels);

    // Centred by the running mean, which all ranks share: no cancellation.
    const at::Tensor centre = parameters->running_mean.clone();
    const std::vector<float> centres = tile.repeat(centre.data_ptr<float>());
    const at::Tensor sums = over_ranks(
        channel_sums(channels, tile, x.numel(),
                     [&](std::int64_t first, std::int64_t count, float* sum,
                         float* square) {
                       add_moments(x.data_ptr<float>() + first, centres.data(),
                                   tile.size(), count, sum, square);
                     }),
        x.numel() / channels, settings->reducer);
    const double count = sums[2][0].item<double>();
    require(count > 1,
            "batch_norm: expected more than one value per channel in training");
    const at::Tensor offset = sums[0] / count;
    const at::Tensor variance =
        (sums[1] / count - offset * offset).clamp_min(0);
    const at::Tensor mean = centre + offset;
    const at::Tensor inverse = (variance + parameters->epsilon).rsqrt();
    move_running(*parameters, mean, variance, count);

    const Affine line = affine(mean, inverse, *parameters);
    const at::Tensor y = apply_affine(x, line, residual, settings->relu);
    const bool keep_y = settings->relu && residual.defined();
    context->save_for_backward({x, keep_y ? y : at::Tensor(), line.scale,
                                line.shift, mean.to(at::kFloat), inverse});
    context->saved_data["relu"] = settings->relu;
    context->saved_data["residual"] = residual.defined();
    context->saved_data["reducer"] =
        reinterpret_cast<std::int64_t>(settings->reducer);
    return y;
  }

  static variable_list backward(AutogradContext* context,
                                variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &y = saved[1], &inverse = saved[5];
    at::Tensor gradient = packed(gradients[0]);
    auto* const reducer =
        reinterpret_cast<Reducer*>(context->saved_data["reducer"].toInt());
    const bool has_residual = context->saved_data["residual"].toBool();
    const ChannelTile tile(x.size(1));
    const std::vector<float> scale = tile.repeat(saved[2].data_ptr<float>());
    const std::vector<float> shift = tile.repeat(saved[3].data_ptr<float>());
    const std::vector<float> mean = tile.repeat(saved[4].data_ptr<float>());
    GradientArguments arguments{x.data_ptr<float>(),
                                data_or_null(y),
                                gradient.data_ptr<float>(),
                                scale.data(),
                                shift.data(),
                                mean.data(),
                                context->saved_data["relu"].toBool()};

    at::Tensor masked = y.defined() ? at::empty_like(x) : gradient;
    const at::Tensor local = channel_sums(
        x.size(1), tile, x.numel(),
        [&](std::int64_t first, std::int64_t count, float* sum,
            float* product) {
          add_gradient_sums(arguments, tile.size(), first, count,
                            masked.data_ptr<float>(), sum, product);
        });
    if (y.defined()) {
      arguments.gradient = masked.data_ptr<float>();
      arguments.y = nullptr;
      arguments.relu = false;
    }

    // dx = scale (g - mean(g) - xhat mean(g xhat)), xhat = inverse (x - mean).
    const at::Tensor sums = over_ranks(local, x.numel() / x.size(1), reducer);
    const at::Tensor per_value = saved[2].to(at::kDouble) / sums[2];
    const at::Tensor offset = -(per_value * sums[0]).to(at::kFloat);
    const at::Tensor factor =
        -(per_value * sums[1] * inverse * inverse).to(at::kFloat);
    const std::vector<float> offsets = tile.repeat(offset.data_ptr<float>());
    const std::vector<float> factors = tile.repeat(factor.data_ptr<float>());
    at::Tensor dx = at::empty_like(x);
    for_blocks(tile, x.numel(),
               [&](std::int64_t, std::int64_t first, std::int64_t count) {
                 input_gradient(arguments, factors.data(), offsets.data(),
                                tile.size(), first, count,
                                dx.data_ptr<float>());
               });
    // The parameters' gradients stay this rank's own: ranks average them later.
    return {dx,
            (local[1] * inverse).to(at::kFloat),
            local[0].to(at::kFloat),
            has_residual ? masked : at::Tensor(),
            at::Tensor(),
            at::Tensor()};
  }
};

// A sum over ranks that autograd can pass: its gradient is the sum of theirs.
class RankSum : public torch::autograd::Function<RankSum> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& values,
                            Reducer* reducer) {
    context->saved_data["reducer"] = reinterpret_cast<std::int64_t>(reducer);
    at::Tensor sum = values.clone();
    reducer->sum(sum);
    return sum;
  }
  static variable_list backward(AutogradContext* context,
                                variable_list gradients) {
    at::Tensor sum = gradients[0].clone();
    reinterpret_cast<Reducer*>(context->saved_data["reducer"].toInt())
        ->sum(sum);
    return {sum, at::Tensor()};
  }
};

at::Tensor per_channel(const at::Tensor& values, const at::Tensor& like) {
  return like.dim() == 4 ? values.view({1, -1, 1, 1}) : values.view({1, -1});
}

at::Tensor finish(at::Tensor y, const at::Tensor& residual, bool relu) {
  if (residual.defined()) y = y + residual;
  return relu ? y.relu() : y;
}

}  // namespace

at::Tensor batch_norm_composite(const at::Tensor& x,
                                const BatchNormParameters& parameters,
                                const at::Tensor& residual,
                                const BatchNormSettings& settings) {
  if (!settings.training || settings.reducer == nullptr)
    return finish(at::batch_norm(x, parameters.weight, parameters.bias,
                                 parameters.running_mean,
                                 parameters.running_var, settings.training,
                                 parameters.momentum, parameters.epsilon, true),
                  residual, settings.relu);
  std::vector<std::int64_t> dimensions = {0};
  if (x.dim() == 4) dimensions = {0, 2, 3};
  const at::Tensor wide = x.to(at::kFloat);
  const at::Tensor count =
      at::full({1}, double(x.numel() / x.size(1)), wide.options());
  const at::Tensor sums = RankSum::apply(
      at::cat({wide.sum(dimensions), (wide * wide).sum(dimensions), count}),
      settings.reducer);
  const double total = sums[-1].item<double>();
  const at::Tensor mean = sums.narrow(0, 0, x.size(1)) / total;
  const at::Tensor variance =
      (sums.narrow(0, x.size(1), x.size(1)) / total - mean * mean).clamp_min(0);
  {
    const at::NoGradGuard no_gradient;
    move_running(parameters, mean.detach(), variance.detach(), total);
  }
  const at::Tensor scale =
      parameters.weight * (variance + parameters.epsilon).rsqrt();
  const at::Tensor y = wide * per_channel(scale, x) +
                       per_channel(parameters.bias - mean * scale, x);
  return finish(y.to(x.scalar_type()), residual, settings.relu);
}

at::Tensor batch_norm(const at::Tensor& x,
                      const BatchNormParameters& parameters,
                      const at::Tensor& residual,
                      const BatchNormSettings& settings) {
  const bool fast =
      x.device().is_cpu() && x.scalar_type() == at::kFloat &&
      (!residual.defined() || residual.scalar_type() == at::kFloat);
  if (fast && settings.training)
    // Autograd functions take no undefined tensors; an empty one stands in.
    return FastBatchNorm::apply(x, parameters.weight, parameters.bias,
                                residual.defined() ? residual : at::empty({0}),
                                &parameters, &settings);
  if (!fast || at::GradMode::is_enabled())
    return batch_norm_composite(x, parameters, residual, settings);
  const at::Tensor inverse =
      (parameters.running_var.to(at::kDouble) + parameters.epsilon).rsqrt();
  return apply_affine(
      packed(x),
      affine(parameters.running_mean.to(at::kDouble), inverse, parameters),
      residual.defined() ? packed(residual) : residual, settings.relu);
}

}  // namespace triad::train
