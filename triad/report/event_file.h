#pragma once
// Event files for TensorBoard: TFRecord frames around hand-encoded Event
// messages, scalars only. Sources: tensorflow/core/util/event.proto,
// summary.proto, lib/io/record_writer.cc.

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>

namespace triad::report {

class EventFile {
 public:
  // Opens a new events.out.tfevents.<seconds>.triad in `folder` (created if
  // missing), never an existing one. `wall_time` is seconds since 1970. A
  // resumed run names the step it goes on from (TensorBoard then drops later
  // points of older files); 0: a fresh run. Throws Error naming the path and
  // the cause.
  EventFile(const std::filesystem::path& folder, double wall_time,
            std::int64_t resumed_step = 0);

  // Appends a point of the curve `tag` and flushes. Throws Error if it cannot
  // be written.
  void write_scalar(std::string_view tag, std::int64_t step, double value,
                    double wall_time);

  const std::filesystem::path& path() const { return path_; }

 private:
  void write(std::string_view event);

  std::filesystem::path path_;
  std::ofstream file_;
};

// The pieces, for tests.
std::uint32_t crc32c(std::string_view bytes);  // Castagnoli
std::string frame_record(
    std::string_view payload);  // length, CRC, payload, CRC
std::string encode_scalar(std::string_view tag, std::int64_t step, double value,
                          double wall_time);  // an Event message

}  // namespace triad::report
