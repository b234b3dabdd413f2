#pragma once
// Loops of batch normalisation over channels-last floats: element i belongs to
// channel i % channels. Single-threaded spans; the caller cuts the work.

#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

namespace triad::train {

// Starts at a cache line, so that no vector load of any width crosses one:
// from std::vector's 16 bytes, AVX-512 was slower here than SSE.
template <typename T>
struct CacheLineAllocator {
  using value_type = T;
  static constexpr std::align_val_t kAlignment{64};
  CacheLineAllocator() = default;
  template <typename U>
  CacheLineAllocator(const CacheLineAllocator<U>&) {}
  T* allocate(std::size_t count) {
    return static_cast<T*>(::operator new(count * sizeof(T), kAlignment));
  }
  void deallocate(T* memory, std::size_t) {
    ::operator delete(memory, kAlignment);
  }
  bool operator==(const CacheLineAllocator&) const = default;
};
using TileValues = std::vector<float, CacheLineAllocator<float>>;

// Values of a channel repeated over a few hundred elements, so that inner loops
// are long whatever the number of channels.
class ChannelTile {
 public:
  explicit ChannelTile(std::int64_t channels);
  std::int64_t size() const { return size_; }    // a multiple of channels
  TileValues repeat(const float* values) const;  // [size] from [channels]
  void fold(const float* sums,
            double* channel_sums) const;  // adds [size] into [channels]

 private:
  std::int64_t channels_, size_;
};

// sums[i] += x - centre and squares[i] += (x - centre)^2 over `count` elements.
void add_moments(const float* x, const float* centre, std::int64_t tile,
                 std::int64_t count, float* sums, float* squares);

// y = x * scale + shift, plus residual unless null, through a ReLU if asked.
struct ApplyArguments {
  const float *x, *residual, *scale, *shift;
  float* y;
  bool relu;
};
void apply(const ApplyArguments& arguments, std::int64_t tile,
           std::int64_t first, std::int64_t count);

// Where the ReLU let nothing through, the gradient of y is zero. Its sign is
// that of y where y was kept, else that of x * scale + shift.
struct GradientArguments {
  const float *x, *y, *gradient;  // y null: recomputed
  const float *scale, *shift, *centre;
  bool relu;
};
// sums[i] += g and products[i] += g * (x - centre); where y was kept, g goes to
// `masked`.
void add_gradient_sums(const GradientArguments& arguments, std::int64_t tile,
                       std::int64_t first, std::int64_t count, float* masked,
                       float* sums, float* products);
// dx = scale * g + x_factor * (x - centre) + offset, all by channel. Takes
// masked gradients (with relu off) or y null.
void input_gradient(const GradientArguments& arguments, const float* x_factor,
                    const float* offset, std::int64_t tile, std::int64_t first,
                    std::int64_t count, float* dx);

}  // namespace triad::train
