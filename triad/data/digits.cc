#include "triad/data/digits.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "triad/base/error.h"
#include "triad/base/parallel.h"
#include "triad/base/random.h"
#include "triad/data/glyph.h"
#include "triad/data/memory_dataset.h"

namespace triad::data {
namespace {

constexpr int kSide = 28;
constexpr std::int64_t kPixels = kSide * kSide;
constexpr std::int64_t kChunk = 100;  // pictures a task
constexpr std::uint64_t kTrainStream = 0x64696700, kTestStream = 0x64696701;

using Canvas = std::array<float, kPixels>;  // ink, 0 to 1

// A sum of four long waves in random directions: bends the plane without
// folding it.
class ElasticField {
 public:
  explicit ElasticField(Random& random) {
    for (Wave& wave : waves_) {
      const double direction = random.uniform(0, 2 * std::numbers::pi);
      const double pull = random.uniform(0, 2 * std::numbers::pi);
      const double frequency = random.uniform(3, 8);  // radians per unit
      const double strength = 0.035 * random.normal();
      wave = {frequency * std::cos(direction), frequency * std::sin(direction),
              random.uniform(0, 2 * std::numbers::pi),
              strength * std::cos(pull), strength * std::sin(pull)};
    }
  }

  Point move(Point p) const {
    Point moved = p;
    for (const Wave& wave : waves_) {
      const double height = std::sin(wave.x * p.x + wave.y * p.y + wave.phase);
      moved.x += wave.pull_x * height;
      moved.y += wave.pull_y * height;
    }
    return moved;
  }

 private:
  struct Wave {
    double x, y, phase, pull_x, pull_y;
  };
  std::array<Wave, 4> waves_;
};

// Unit square to pixels: size, slant, rotation, place.
class AffineMap {
 public:
  explicit AffineMap(Random& random) {
    const double height = random.uniform(16, 21);
    const double width = height * random.uniform(0.68, 1.0);
    const double slant = random.uniform(-0.4, 0.2);
    const double angle = random.uniform(-0.22, 0.22);
    const double c = std::cos(angle), s = std::sin(angle);
    xx_ = c * width, xy_ = (c * slant - s) * height;
    yx_ = s * width, yy_ = (s * slant + c) * height;
    x_ = kSide / 2.0 + random.uniform(-1.5, 1.5);
    y_ = kSide / 2.0 + random.uniform(-1.5, 1.5);
  }

  Point map(Point p) const {
    const double x = p.x - 0.5, y = p.y - 0.5;
    return {x_ + xx_ * x + xy_ * y, y_ + yx_ * x + yy_ * y};
  }

 private:
  double xx_, xy_, yx_, yy_, x_, y_;
};

double distance(Point p, Point a, Point b) {
  const double dx = b.x - a.x, dy = b.y - a.y;
  const double length = dx * dx + dy * dy;
  double t = length > 0 ? ((p.x - a.x) * dx + (p.y - a.y) * dy) / length : 0;
  t = std::clamp(t, 0.0, 1.0);
  const double x = p.x - a.x - t * dx, y = p.y - a.y - t * dy;
  return std::sqrt(x * x + y * y);
}

// A line piece drawn with a round pen whose edge fades over `blur` pixels; ink
// does not add up.
void draw(Point a, Point b, double radius, double blur, Canvas& canvas) {
  const double reach = radius + blur;
  const int left = std::max(0, int(std::floor(std::min(a.x, b.x) - reach)));
  const int top = std::max(0, int(std::floor(std::min(a.y, b.y) - reach)));
  const int right = std::min(kSide - 1, int(std::max(a.x, b.x) + reach));
  const int bottom = std::min(kSide - 1, int(std::max(a.y, b.y) + reach));
  for (int y = top; y <= bottom; ++y)
    for (int x = left; x <= right; ++x) {
      const double away = distance({x + 0.5, y + 0.5}, a, b);
      const auto ink = float(std::clamp((reach - away) / blur, 0.0, 1.0));
      canvas[y * kSide + x] = std::max(canvas[y * kSide + x], ink);
    }
}

Stroke jitter(const Stroke& stroke, Random& random) {
  Stroke moved = stroke;
  for (Point& p : moved) {
    p.x += 0.025 * random.normal();
    p.y += 0.025 * random.normal();
  }
  return moved;
}

void draw_glyph(const Glyph& glyph, Random& random, Canvas& canvas) {
  const ElasticField field(random);
  const AffineMap affine(random);
  const double radius = random.uniform(0.5, 1.6);  // pixels
  const double blur = random.uniform(0.7, 1.5);
  for (const Stroke& stroke : glyph) {
    const Stroke line = smooth(jitter(stroke, random), 5);
    for (std::size_t i = 1; i < line.size(); ++i)
      draw(affine.map(field.move(line[i - 1])), affine.map(field.move(line[i])),
           radius, blur, canvas);
  }
}

void develop(const Canvas& canvas, Random& random, std::uint8_t* pixels) {
  const double ink = random.uniform(0.55, 1.0);
  const double noise = random.uniform(0.02, 0.12);
  for (std::int64_t i = 0; i < kPixels; ++i) {
    const double value = ink * canvas[i] + noise * random.normal();
    pixels[i] = std::uint8_t(std::lround(255 * std::clamp(value, 0.0, 1.0)));
  }
}

void make_picture(int digit, Random random, std::uint8_t* pixels) {
  const std::vector<Glyph>& ways = glyphs_of(digit);
  Canvas canvas = {};
  draw_glyph(ways[random.below(std::uint32_t(ways.size()))], random, canvas);
  develop(canvas, random, pixels);
}

DatasetPointer make_split(std::int64_t count, std::uint64_t seed,
                          std::uint64_t stream) {
  require(count >= 0, "digits: expected a count of at least 0, got {}", count);
  std::vector<std::uint8_t> pixels(std::size_t(count * kPixels));
  std::vector<std::int32_t> labels(std::size_t(count), 0);
  parallel_for((count + kChunk - 1) / kChunk, [&](std::int64_t chunk) {
    const std::int64_t end = std::min(count, (chunk + 1) * kChunk);
    for (std::int64_t i = chunk * kChunk; i < end; ++i) {
      labels[i] = std::int32_t(i % 10);
      make_picture(int(i % 10), Random(seed, stream, std::uint64_t(i)),
                   pixels.data() + i * kPixels);
    }
  });
  return std::make_shared<MemoryDataset>(Shape{1, kSide, kSide},
                                         std::move(pixels), std::move(labels),
                                         numbered_classes(10));
}

}  // namespace

Splits make_digits(const DigitsSettings& settings) {
  return {make_split(settings.train, settings.seed, kTrainStream), nullptr,
          make_split(settings.test, settings.seed, kTestStream)};
}

}  // namespace triad::data
