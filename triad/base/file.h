#pragma once
// Whole files in and out. A write goes to a temporary name beside the target,
// is flushed to the disk and renamed, so that a full disk or a kill leaves the
// old file whole.

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace triad {

// Reads the whole file. Throws Error (naming the path) if it cannot be opened
// or read.
std::vector<std::byte> read_file(const std::filesystem::path& path);
std::string read_text(const std::filesystem::path& path);

// Replaces `path` by `bytes` in one step, creating missing parent folders.
// A target that exists and is no regular file (a folder, a device) is refused.
// Throws Error (naming the path and the cause, a full disk for instance); the
// old file is kept.
void write_file(const std::filesystem::path& path,
                std::span<const std::byte> bytes);
void write_file(const std::filesystem::path& path, std::string_view text);

// Appends one line (a newline is added) in one write, for logs such as
// metrics.jsonl, creating missing parent folders. Throws Error naming the path
// and the cause.
void append_line(const std::filesystem::path& path, std::string_view line);

}  // namespace triad
