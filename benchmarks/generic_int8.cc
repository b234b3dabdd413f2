// Dense 3x3 layers of int8 by oneDNN, held to AVX2: what a generic library does
// on a processor without a dot product of bytes. The peer of the runtime's AVX2
// kernels; one thread (OMP_NUM_THREADS=1).
//   OMP_NUM_THREADS=1 build/release/benchmarks/generic_int8

#include <benchmark/benchmark.h>

#include <dnnl.hpp>
#include <vector>

namespace {

using dnnl::memory;

struct LayerShape {
  memory::dim channels, size;
};

void run(benchmark::State& state, const LayerShape& shape) {
  const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  dnnl::stream stream(engine);
  const auto [channels, size] = shape;
  const memory::dims values = {1, channels, size, size};
  const auto any = memory::format_tag::any;
  const memory::desc input(values, memory::data_type::u8, any);
  const memory::desc output(values, memory::data_type::u8, any);
  const memory::desc weights({channels, channels, 3, 3}, memory::data_type::s8,
                             any);
  dnnl::primitive_attr scales;
  scales.set_output_scales(0, {0.01f});
  const dnnl::convolution_forward::primitive_desc convolution(
      {dnnl::prop_kind::forward_inference,
       dnnl::algorithm::convolution_direct,
       input,
       weights,
       output,
       {1, 1},
       {1, 1},
       {1, 1}},
      scales, engine);
  const memory from(convolution.src_desc(), engine);
  const memory by(convolution.weights_desc(), engine);
  const memory to(convolution.dst_desc(), engine);
  const dnnl::convolution_forward forward(convolution);
  for (auto _ : state) {
    forward.execute(
        stream,
        {{DNNL_ARG_SRC, from}, {DNNL_ARG_WEIGHTS, by}, {DNNL_ARG_DST, to}});
    stream.wait();
  }
  const double macs = 9.0 * double(channels * channels * size * size);
  state.counters["dense_GMAC/s"] = benchmark::Counter(
      macs * double(state.iterations()) / 1e9, benchmark::Counter::kIsRate);
  state.SetLabel(convolution.impl_info_str());
}

}  // namespace

int main(int count, char** arguments) {
  dnnl::set_max_cpu_isa(dnnl::cpu_isa::avx2);
  for (const LayerShape& shape :
       {LayerShape{64, 56}, {128, 28}, {256, 14}, {512, 7}})
    benchmark::RegisterBenchmark(
        ("generic_int8/" + std::to_string(shape.channels) + "x" +
         std::to_string(shape.size) + "x" + std::to_string(shape.size))
            .c_str(),
        [=](benchmark::State& state) { run(state, shape); });
  benchmark::Initialize(&count, arguments);
  benchmark::RunSpecifiedBenchmarks();
}
