#pragma once
// The idx format of MNIST and its relatives: big-endian header (0, 0, type,
// dimensions; one 32-bit size per dimension), then the values. Plain or gzip;
// only unsigned bytes (type 8). Source: http://yann.lecun.com/exdb/mnist (FILE
// FORMATS).

#include <filesystem>
#include <span>
#include <string_view>

#include "triad/data/dataset.h"

namespace triad::data {

struct Idx {
  Shape shape;
  std::vector<std::uint8_t> values;
};

// `bytes` is a whole file, plain or gzip. Throws Error naming `origin` for
// anything but one complete idx array of 1 to 4 dimensions and at most 2^31
// values.
Idx parse_idx(std::span<const std::byte> bytes, std::string_view origin);

// True if the folder holds a file of one of the four usual names, plain or with
// .gz.
bool is_idx_folder(const std::filesystem::path& folder);

// train and test; validation stays empty. Expects train-images-idx3-ubyte,
// train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte, each
// plain or .gz. Throws Error naming the file that is missing or bad.
Splits read_idx_folder(const std::filesystem::path& folder);

}  // namespace triad::data
