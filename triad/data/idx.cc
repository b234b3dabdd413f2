#include "triad/data/idx.h"

#include <zlib.h>

#include <algorithm>

#include "triad/base/error.h"
#include "triad/base/file.h"
#include "triad/data/memory_dataset.h"

namespace triad::data {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaximumValues = std::uint64_t(1) << 31;
constexpr std::uint64_t kDeflateMaximumRatio = 1032;
constexpr std::string_view kFiles[] = {
    "train-images-idx3-ubyte", "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"};

// Hands out the file's bytes in order, inflating them where it is gzip.
class Source {
 public:
  Source(std::span<const std::byte> bytes, std::string_view origin)
      : bytes_(bytes), origin_(origin) {
    is_gzip_ = bytes.size() >= 2 && bytes[0] == std::byte{0x1f} &&
               bytes[1] == std::byte{0x8b};
    if (!is_gzip_) return;
    require(inflateInit2(&stream_, 15 + 16) == Z_OK,
            "{}: no memory to inflate gzip", origin_);
    stream_.next_in =
        reinterpret_cast<Bytef*>(const_cast<std::byte*>(bytes.data()));
    stream_.avail_in = uInt(bytes.size());
  }
  ~Source() {
    if (is_gzip_) inflateEnd(&stream_);
  }
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  void read(std::span<std::uint8_t> out) {
    const std::size_t got = is_gzip_ ? inflate_into(out) : copy_into(out);
    require(got == out.size(),
            "{}: truncated or damaged: expected {} more bytes, got {}; copy "
            "or download the file again",
            origin_, out.size(), got);
  }

  bool at_end() {
    std::uint8_t byte;
    return (is_gzip_ ? inflate_into({&byte, 1}) : copy_into({&byte, 1})) == 0;
  }

  // No deflate stream of this size can hold more.
  std::uint64_t most_bytes() const {
    return bytes_.size() * (is_gzip_ ? kDeflateMaximumRatio : 1);
  }

 private:
  std::size_t copy_into(std::span<std::uint8_t> out) {
    const std::size_t count = std::min(out.size(), bytes_.size() - position_);
    const auto* from =
        reinterpret_cast<const std::uint8_t*>(bytes_.data()) + position_;
    std::copy_n(from, count, out.begin());
    position_ += count;
    return count;
  }

  std::size_t inflate_into(std::span<std::uint8_t> out) {
    stream_.next_out = out.data();
    stream_.avail_out = uInt(out.size());
    while (stream_.avail_out > 0) {
      const int code = inflate(&stream_, Z_NO_FLUSH);
      if (code == Z_STREAM_END) break;
      require(code == Z_OK, "{}: damaged or truncated gzip data{}{}", origin_,
              stream_.msg ? ": " : "", stream_.msg ? stream_.msg : "");
    }
    return out.size() - stream_.avail_out;
  }

  std::span<const std::byte> bytes_;
  std::string origin_;
  std::size_t position_ = 0;
  bool is_gzip_ = false;
  z_stream stream_ = {};
};

Shape read_header(Source& source, std::string_view origin) {
  std::uint8_t magic[4];
  source.read(magic);
  require(magic[0] == 0 && magic[1] == 0 && magic[2] == 8 && magic[3] >= 1 &&
              magic[3] <= 4,
          "{}: expected an idx file of unsigned bytes with 1 to 4 dimensions, "
          "got header {:02x} {:02x} {:02x} {:02x}",
          origin, magic[0], magic[1], magic[2], magic[3]);
  Shape shape;
  std::uint64_t values = 1;
  for (int i = 0; i < magic[3]; ++i) {
    std::uint8_t size[4];
    source.read(size);
    shape.push_back(std::int64_t(size[0]) << 24 | size[1] << 16 | size[2] << 8 |
                    size[3]);
    require(shape.back() > 0 &&
                std::uint64_t(shape.back()) <= kMaximumValues / values,
            "{}: expected between 1 and {} values, got shape {}", origin,
            kMaximumValues, to_string(shape));
    values *= std::uint64_t(shape.back());
  }
  require(values <= source.most_bytes(),
          "{}: truncated: the header promises {} values, the file is too "
          "short for them",
          origin, values);
  return shape;
}

fs::path locate(const fs::path& folder, std::string_view name) {
  const fs::path plain = folder / name;
  if (fs::exists(plain)) return plain;
  const fs::path zipped = folder / (std::string(name) + ".gz");
  require(fs::exists(zipped), "{}: expected {} or {}.gz, found neither",
          folder.string(), name, name);
  return zipped;
}

Idx read_idx(const fs::path& folder, std::string_view name,
             std::size_t dimensions) {
  const fs::path path = locate(folder, name);
  Idx idx = parse_idx(read_file(path), path.string());
  require(idx.shape.size() == dimensions,
          "{}: expected {} dimensions, got shape {}", path.string(), dimensions,
          to_string(idx.shape));
  return idx;
}

DatasetPointer read_pair(const fs::path& folder, std::string_view images_name,
                         std::string_view labels_name, int least_classes) {
  Idx images = read_idx(folder, images_name, 3);
  const Idx labels = read_idx(folder, labels_name, 1);
  require(images.shape[0] == labels.shape[0],
          "{}: expected as many labels as pictures, got {} and {}",
          folder.string(), labels.shape[0], images.shape[0]);
  const int top = *std::max_element(labels.values.begin(), labels.values.end());
  return std::make_shared<MemoryDataset>(
      Shape{1, images.shape[1], images.shape[2]}, std::move(images.values),
      std::vector<std::int32_t>(labels.values.begin(), labels.values.end()),
      numbered_classes(std::max(least_classes, top + 1)));
}

}  // namespace

Idx parse_idx(std::span<const std::byte> bytes, std::string_view origin) {
  require(bytes.size() <= kMaximumValues, "{}: larger than {} bytes", origin,
          kMaximumValues);
  Source source(bytes, origin);
  Idx idx{read_header(source, origin), {}};
  idx.values.resize(std::size_t(element_count(idx.shape)));
  source.read(idx.values);
  require(source.at_end(), "{}: more bytes than shape {} has", origin,
          to_string(idx.shape));
  return idx;
}

bool is_idx_folder(const fs::path& folder) {
  return std::any_of(std::begin(kFiles), std::end(kFiles), [&](auto name) {
    return fs::exists(folder / name) ||
           fs::exists(folder / (std::string(name) + ".gz"));
  });
}

Splits read_idx_folder(const fs::path& folder) {
  const DatasetPointer train = read_pair(folder, kFiles[0], kFiles[1], 10);
  const int classes = int(train->classes().size());
  const DatasetPointer test = read_pair(folder, kFiles[2], kFiles[3], classes);
  require(int(test->classes().size()) == classes &&
              test->picture_shape() == train->picture_shape(),
          "{}: expected test pictures and labels like the training ones",
          folder.string());
  return {train, nullptr, test};
}

}  // namespace triad::data
