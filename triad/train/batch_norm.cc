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

// Two sums per channel over all elements and the number of those elements,
// [3, C] double: sum(first, count, sums, products) adds into [tile] floats
// each.
template <typename Sum>
at::Tensor channel_sums(std::int64_t channels, const ChannelTile& tile,
                        std::int64_t count, const Sum& sum) {
  const std::int64_t size = block_size(tile);
  const auto blocks = std::size_t((count + size - 1) / size);
  std::vector<std::vector<double>> parts(blocks);
  for_blocks(tile, count,
             [&](std::int64_t block, std::int64_t first, std::int64_t length) {
               TileValues sums(2 * std::size_t(tile.size()), 0.0f);
               sum(first, length, sums.data(), sums.data() + tile.size());
               std::vector<double> part(2 * std::size_t(channels), 0.0);
               tile.fold(sums.data(), part.data());
               tile.fold(sums.data() + tile.size(), part.data() + channels);
               parts[std::size_t(block)] = std::move(part);
             });
  at::Tensor total = at::zeros({3, channels}, at::kDouble);
  double* const values = total.data_ptr<double>();
  std::fill_n(values + 2 * channels, channels, double(count / channels));
  for (const std::vector<double>& part : parts)
    for (std::size_t i = 0; i < part.size(); ++i) values[i] += part[i];
  return total;
}

at::Tensor over_ranks(const at::Tensor& local, Reducer* reducer) {
  if (reducer == nullptr) return local;
  const at::Tensor all = local.clone();
  reducer->sum(all);
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
  const TileValues scale = tile.repeat(affine.scale.data_ptr<float>());
  const TileValues shift = tile.repeat(affine.shift.data_ptr<float>());
  const ApplyArguments arguments{x.data_ptr<float>(), data_or_null(residual),
                                 scale.data(),        shift.data(),
                                 y.data_ptr<float>(), relu};
  for_blocks(tile, x.numel(),
             [&](std::int64_t, std::int64_t first, std::int64_t count) {
               apply(arguments, tile.size(), first, count);
             });
  return y;
}

// What one batch makes of the parameters, [C] each. Plain loops: as tensors,
// thirty operations on a few numbers would cost more than some layers.
struct BatchMoments {
  at::Tensor mean, inverse_deviation;  // float, double
  Affine affine;
};

// sums: [3, C] of x - centre, of its squares, and the counts. Moves the running
// moments; torch's rule: the unbiased variance.
BatchMoments batch_moments(const at::Tensor& sums, const at::Tensor& centre,
                           const BatchNormParameters& parameters) {
  const std::int64_t channels = sums.size(1);
  const double* const sum = sums.data_ptr<double>();
  const double* const square = sum + channels;
  const double count = square[channels];
  require(count > 1,
          "batch_norm: expected more than one value per channel in training");
  BatchMoments moments{at::empty({channels}),
                       at::empty({channels}, at::kDouble),
                       {at::empty({channels}), at::empty({channels})}};
  const auto move = [&](const at::Tensor& running, std::int64_t c,
                        double value) {
    float& moved = running.data_ptr<float>()[c];
    moved = float((1 - parameters.momentum) * double(moved) +
                  parameters.momentum * value);
  };
  for (std::int64_t c = 0; c < channels; ++c) {
    const double offset = sum[c] / count;
    const double variance = std::max(square[c] / count - offset * offset, 0.0);
    const double mean = double(centre.data_ptr<float>()[c]) + offset;
    const double inverse = 1 / std::sqrt(variance + parameters.epsilon);
    const double scale =
        double(parameters.weight.data_ptr<float>()[c]) * inverse;
    moments.mean.data_ptr<float>()[c] = float(mean);
    moments.inverse_deviation.data_ptr<double>()[c] = inverse;
    moments.affine.scale.data_ptr<float>()[c] = float(scale);
    moments.affine.shift.data_ptr<float>()[c] =
        float(double(parameters.bias.data_ptr<float>()[c]) - mean * scale);
    move(parameters.running_mean, c, mean);
    move(parameters.running_var, c, variance * count / (count - 1));
  }
  return moments;
}

// dx = scale (g - mean(g) - xhat mean(g xhat)), xhat = inverse (x - mean), as
// dx = scale g + factor (x - mean) + offset, and the gradients of weight and
// bias; [C] each. local: this rank's sums of g and g (x - mean); sums: of all.
struct ChannelGradients {
  at::Tensor factor, offset, weight, bias;
};

ChannelGradients channel_gradients(const at::Tensor& local,
                                   const at::Tensor& sums,
                                   const at::Tensor& scale,
                                   const at::Tensor& inverse_deviation) {
  const std::int64_t channels = sums.size(1);
  const double* const own = local.data_ptr<double>();
  const double* const sum = sums.data_ptr<double>();
  const at::Tensor rows = at::empty({4, channels});
  float* const out = rows.data_ptr<float>();
  for (std::int64_t c = 0; c < channels; ++c) {
    const double inverse = inverse_deviation.data_ptr<double>()[c];
    const double per_value =
        double(scale.data_ptr<float>()[c]) / sum[2 * channels + c];
    out[c] = float(-per_value * sum[channels + c] * inverse * inverse);
    out[channels + c] = float(-per_value * sum[c]);
    // The parameters' gradients stay this rank's own: ranks average them later.
    out[2 * channels + c] = float(own[channels + c] * inverse);
    out[3 * channels + c] = float(own[c]);
  }
  return {rows[0], rows[1], rows[2], rows[3]};
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
    const TileValues centres = tile.repeat(centre.data_ptr<float>());
    const at::Tensor sums = over_ranks(
        channel_sums(channels, tile, x.numel(),
                     [&](std::int64_t first, std::int64_t count, float* sum,
                         float* square) {
                       add_moments(x.data_ptr<float>() + first, centres.data(),
                                   tile.size(), count, sum, square);
                     }),
        settings->reducer);
    const BatchMoments moments = batch_moments(sums, centre, *parameters);
    const Affine& line = moments.affine;
    const at::Tensor y = apply_affine(x, line, residual, settings->relu);
    const bool keep_y = settings->relu && residual.defined();
    context->save_for_backward({x, keep_y ? y : at::Tensor(), line.scale,
                                line.shift, moments.mean,
                                moments.inverse_deviation});
    context->saved_data["relu"] = settings->relu;
    context->saved_data["residual"] = residual.defined();
    context->saved_data["reducer"] =
        reinterpret_cast<std::int64_t>(settings->reducer);
    return y;
  }

  static variable_list backward(AutogradContext* context,
                                variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &y = saved[1];
    at::Tensor gradient = packed(gradients[0]);
    auto* const reducer =
        reinterpret_cast<Reducer*>(context->saved_data["reducer"].toInt());
    const bool has_residual = context->saved_data["residual"].toBool();
    const ChannelTile tile(x.size(1));
    const TileValues scale = tile.repeat(saved[2].data_ptr<float>());
    const TileValues shift = tile.repeat(saved[3].data_ptr<float>());
    const TileValues mean = tile.repeat(saved[4].data_ptr<float>());
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

    const ChannelGradients channel = channel_gradients(
        local, over_ranks(local, reducer), saved[2], saved[5]);
    const TileValues offsets = tile.repeat(channel.offset.data_ptr<float>());
    const TileValues factors = tile.repeat(channel.factor.data_ptr<float>());
    at::Tensor dx = at::empty_like(x);
    for_blocks(tile, x.numel(),
               [&](std::int64_t, std::int64_t first, std::int64_t count) {
                 input_gradient(arguments, factors.data(), offsets.data(),
                                tile.size(), first, count,
                                dx.data_ptr<float>());
               });
    return {dx,           channel.weight,
            channel.bias, has_residual ? masked : at::Tensor(),
            at::Tensor(), at::Tensor()};
  }
};

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
