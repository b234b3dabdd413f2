#include "triad/report/event_file.h"

#include <array>
#include <bit>
#include <cerrno>
#include <cstring>

#include "triad/base/error.h"

namespace triad::report {
namespace {

namespace fs = std::filesystem;

// Protocol buffer wire types.
constexpr int kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5;

template <typename Unsigned>
std::string little_endian(Unsigned value) {
  std::string out;
  for (std::size_t i = 0; i < sizeof value; ++i)
    out += char(std::uint8_t(value >> (8 * i)));
  return out;
}

std::string varint(std::uint64_t value) {
  std::string out;
  for (; value >= 0x80; value >>= 7) out += char(std::uint8_t(value) | 0x80);
  return out + char(value);
}

std::string tag_of(int field, int wire_type) {
  return varint(std::uint64_t(field) << 3 | std::uint64_t(wire_type));
}

std::string bytes_field(int field, std::string_view bytes) {
  return tag_of(field, kBytes) + varint(bytes.size()) + std::string(bytes);
}

// Event: wall_time = 1, step = 2, then one of file_version = 3, summary = 5,
// session_log = 7.
std::string encode_event(double wall_time, std::int64_t step,
                         const std::string& what) {
  return tag_of(1, kFixed64) +
         little_endian(std::bit_cast<std::uint64_t>(wall_time)) +
         tag_of(2, kVarint) + varint(std::uint64_t(step)) + what;
}

std::string encode_restart(double wall_time, std::int64_t step) {
  const std::string start = tag_of(1, kVarint) + varint(1);  // status = START
  return encode_event(wall_time, step, bytes_field(7, start));
}

std::array<std::uint32_t, 256> make_crc_table() {
  std::array<std::uint32_t, 256> table;
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit)
      crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78u : 0u);
    table[i] = crc;
  }
  return table;
}

// TensorFlow rotates and shifts CRCs, so that a CRC of data holding CRCs stays
// useful.
std::uint32_t mask(std::uint32_t crc) {
  return std::rotr(crc, 15) + 0xa282ead8u;
}

// A name no other file has: two runs may start within one second.
fs::path free_path(const fs::path& folder, double wall_time) {
  fs::path path;
  for (auto seconds = std::int64_t(wall_time);; ++seconds) {
    path = folder / fmt::format("events.out.tfevents.{:010}.triad", seconds);
    if (!fs::exists(path)) return path;
  }
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  static const std::array<std::uint32_t, 256> kTable = make_crc_table();
  std::uint32_t crc = ~0u;
  for (const char byte : bytes)
    crc = crc >> 8 ^ kTable[(crc ^ std::uint8_t(byte)) & 0xff];
  return ~crc;
}

std::string frame_record(std::string_view payload) {
  const std::string length = little_endian(std::uint64_t(payload.size()));
  return length + little_endian(mask(crc32c(length))) + std::string(payload) +
         little_endian(mask(crc32c(payload)));
}

std::string encode_scalar(std::string_view tag, std::int64_t step, double value,
                          double wall_time) {
  // Summary: value = 1; Value: tag = 1, simple_value = 2 (float).
  const std::string point =
      bytes_field(1, tag) + tag_of(2, kFixed32) +
      little_endian(std::bit_cast<std::uint32_t>(float(value)));
  return encode_event(wall_time, step, bytes_field(5, bytes_field(1, point)));
}

EventFile::EventFile(const fs::path& folder, double wall_time,
                     std::int64_t resumed_step) {
  std::error_code error;
  fs::create_directories(folder, error);
  require(!error, "{}: cannot create: {}", folder.string(), error.message());
  path_ = free_path(folder, wall_time);
  file_.open(path_, std::ios::binary);
  require(file_.is_open(), "{}: cannot create: {}", path_.string(),
          std::strerror(errno));
  write(encode_event(wall_time, 0, bytes_field(3, "brain.Event:2")));
  if (resumed_step > 0) write(encode_restart(wall_time, resumed_step + 1));
}

void EventFile::write_scalar(std::string_view tag, std::int64_t step,
                             double value, double wall_time) {
  write(encode_scalar(tag, step, value, wall_time));
}

void EventFile::write(std::string_view event) {
  file_ << frame_record(event);
  file_.flush();
  require(file_.good(), "{}: cannot write: {}", path_.string(),
          std::strerror(errno));
}

}  // namespace triad::report
