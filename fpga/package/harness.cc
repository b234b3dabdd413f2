// Runs pictures through the design under Verilator, both streams pausing at
// random where asked:
//
//   simulate PICTURES SUMS [STALL_PERCENT [SEED [WRITES]]]
//
// PICTURES  bytes [N][H][W][C], as the design takes them
// SUMS      written: logits' sums, int32 in this machine's order, [N][K]
// WRITES    to the registers before the pictures come, as in mem/reload.mem
//
// Prints for each picture the cycles of its first beat in and last beat out,
// counted from the first of all. Exit code 1: a file, or nothing moves.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "Vtop.h"
#include "settings.h"
#include "verilated.h"

namespace {

// A beat of bytes, lowest first, to a port of any width.
template <typename T>
void assign(T& port, const unsigned char* bytes, int count) {
  std::uint64_t value = 0;
  for (int i = count; i-- > 0;) value = value << 8 | bytes[i];
  port = static_cast<T>(value);
}
template <std::size_t Words>
void assign(VlWide<Words>& port, const unsigned char* bytes, int count) {
  for (std::size_t i = 0; i < Words; ++i) port[i] = 0;
  for (int i = 0; i < count; ++i)
    port[i / 4] |= std::uint32_t(bytes[i]) << (8 * (i % 4));
}

class Stalls {
 public:
  Stalls(unsigned percent, std::uint64_t seed)
      : percent_(percent), state_(seed * 2 + 1) {}
  bool next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return (state_ >> 33) % 100 < percent_;
  }

 private:
  unsigned percent_;
  std::uint64_t state_;
};

struct Times {
  std::int64_t first_in = 0, last_out = 0;
};

class Simulation {
 public:
  explicit Simulation(Stalls stalls) : stalls_(stalls) {
    top_.aresetn = 0;
    top_.s_axis_tvalid = 0;
    top_.m_axis_tready = 0;
    top_.s_axil_bready = 1;
    for (int i = 0; i < 5; ++i) {
      top_.eval();  // the falling edge
      tick();
    }
    top_.aresetn = 1;
    cycle_ = 0;
  }

  // A host's write; false if it is not taken.
  bool write(unsigned address, std::uint32_t data) {
    top_.s_axil_awaddr = address & 0xff;
    top_.s_axil_wdata = data;
    top_.s_axil_awvalid = top_.s_axil_wvalid = 1;
    top_.eval();
    const bool is_taken = top_.s_axil_awready && top_.s_axil_wready;
    tick();
    top_.s_axil_awvalid = top_.s_axil_wvalid = 0;
    cycle_ = 0;
    return is_taken;
  }

  // Null, or what went wrong.
  const char* run(const std::vector<unsigned char>& bytes) {
    const std::size_t pixels = bytes.size() / kChannels;
    times_.resize(pixels / kPixels);
    std::size_t sent = 0;
    std::int64_t idle = 0;
    while (sums_.size() < times_.size() * kLogits) {
      if (!top_.s_axis_tvalid && sent < pixels && !stalls_.next()) {
        top_.s_axis_tvalid = 1;
        assign(top_.s_axis_tdata, &bytes[sent * kChannels], kChannels);
      }
      top_.m_axis_tready = !stalls_.next();
      top_.eval();
      const bool in = top_.s_axis_tvalid && top_.s_axis_tready;
      const bool out = top_.m_axis_tvalid && top_.m_axis_tready;
      if (in && sent % kPixels == 0) times_[sent / kPixels].first_in = cycle_;
      if (out) take();
      tick();
      if (in) {
        ++sent;
        top_.s_axis_tvalid = 0;
      }
      idle = in || out ? 0 : idle + 1;
      if (wrong_last_) return "tlast is not on the last logit of a picture";
      if (idle > kIdleLimit) return "nothing moves any more";
    }
    return nullptr;
  }

  const std::vector<std::int32_t>& sums() const { return sums_; }
  const std::vector<Times>& times() const { return times_; }

 private:
  void take() {
    sums_.push_back(std::int32_t(top_.m_axis_tdata));
    const bool is_last = sums_.size() % kLogits == 0;
    wrong_last_ |= is_last != bool(top_.m_axis_tlast);
    times_[(sums_.size() - 1) / kLogits].last_out = cycle_;
  }
  void tick() {
    top_.aclk = 1;
    top_.eval();
    top_.aclk = 0;
    ++cycle_;
  }

  Vtop top_;
  Stalls stalls_;
  std::int64_t cycle_ = 0;
  bool wrong_last_ = false;
  std::vector<std::int32_t> sums_;
  std::vector<Times> times_;
};

// Writes what the file says, after its first line; false if it cannot.
bool write_all(Simulation& simulation, const char* file) {
  std::ifstream in(file);
  std::string line;
  if (!std::getline(in, line)) return false;
  while (std::getline(in, line)) {
    char* end = nullptr;
    const std::uint64_t word = std::strtoull(line.c_str(), &end, 16);
    if (end != line.c_str() + 10 || *end != 0) return false;
    if (!simulation.write(unsigned(word >> 32), std::uint32_t(word)))
      return false;
  }
  return true;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) {
    std::fprintf(stderr,
                 "usage: simulate PICTURES SUMS [STALL [SEED [WRITES]]]\n");
    return 1;
  }
  std::ifstream in(arguments[1], std::ios::binary);
  const std::vector<unsigned char> bytes{std::istreambuf_iterator<char>(in),
                                         std::istreambuf_iterator<char>()};
  const std::size_t picture = std::size_t(kPixels) * kChannels;
  if (bytes.empty() || bytes.size() % picture != 0) {
    std::fprintf(stderr, "%s: expected pictures of %zu bytes\n", arguments[1],
                 picture);
    return 1;
  }
  const unsigned percent = count > 3 ? unsigned(std::atoi(arguments[3])) : 0;
  const std::uint64_t seed =
      count > 4 ? std::strtoull(arguments[4], nullptr, 10) : 1;
  Simulation simulation({percent, seed});
  if (count > 5 && !write_all(simulation, arguments[5])) {
    std::fprintf(stderr, "%s: expected a comment, then writes\n", arguments[5]);
    return 1;
  }
  if (const char* why = simulation.run(bytes)) {
    std::fprintf(stderr, "%s, after %zu logits\n", why,
                 simulation.sums().size());
    return 1;
  }
  std::ofstream out(arguments[2], std::ios::binary);
  out.write(reinterpret_cast<const char*>(simulation.sums().data()),
            std::streamsize(simulation.sums().size() * sizeof(std::int32_t)));
  out.flush();
  if (!out) {
    std::fprintf(stderr, "%s: cannot write\n", arguments[2]);
    return 1;
  }
  for (const Times& times : simulation.times())
    std::printf("%lld %lld\n", static_cast<long long>(times.first_in),
                static_cast<long long>(times.last_out));
  return 0;
}
