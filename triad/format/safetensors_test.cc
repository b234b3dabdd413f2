#include "triad/format/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <limits>

#include "triad/base/error.h"
#include "triad/base/random.h"
#include "triad/format/half.h"

namespace triad::format {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using testing::ThrowsMessage;

std::vector<std::byte> to_bytes(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

// A file from its header text and so many zero bytes of data.
std::vector<std::byte> file_of(std::string_view header, std::size_t data) {
  std::uint64_t size = header.size();
  std::string text(reinterpret_cast<const char*>(&size), 8);
  return to_bytes(text + std::string(header) + std::string(data, '\0'));
}

void expect_refused(std::string_view header, std::size_t data,
                    std::string_view reason) {
  EXPECT_THAT([&] { read_safetensors(file_of(header, data), "f"); },
              ThrowsMessage<Error>(HasSubstr(std::string(reason))))
      << header;
}

TensorFile example() {
  const float nan = std::bit_cast<float>(0x7fc12345u);
  TensorFile file;
  file.tensors["b.weight"] = {
      {2, 3}, std::vector<float>{1, -0.0f, 1e-45f, 3e38f, 5, 0.1f}};
  file.tensors["odd"] = {{3}, std::vector<std::uint8_t>{1, 2, 255}};
  file.tensors["step"] = {{}, std::vector<std::int64_t>{INT64_MIN}};
  file.tensors["empty"] = {{0, 7}, std::vector<float>{}};
  file.tensors["\xc3\xa9\"\n"] = {{1}, std::vector<float>{nan}};
  file.metadata = {{"seed", "17"}, {"note", "a \"quoted\" line\n"}};
  return file;
}

TEST(Safetensors, WriteThenReadKeepsEveryBit) {
  const TensorFile file = example();
  const auto bytes = safetensors_bytes(file);
  const TensorFile read = read_safetensors(bytes, "f");
  EXPECT_EQ(read.metadata, file.metadata);
  EXPECT_EQ(safetensors_bytes(read), bytes);  // NaN never equals itself
  const auto& weight = std::get<0>(read.tensors.at("b.weight").values);
  EXPECT_TRUE(std::signbit(weight[1]));
  EXPECT_EQ(std::bit_cast<std::uint32_t>(
                std::get<0>(read.tensors.at("\xc3\xa9\"\n").values)[0]),
            0x7fc12345u);
}

TEST(Safetensors, AFileOnTheDiskIsTheBytes) {
  const auto path =
      std::filesystem::path(testing::TempDir()) / "triad_example.safetensors";
  TensorFile file = example();
  file.tensors.erase("\xc3\xa9\"\n");
  write_safetensors(file, path);
  EXPECT_EQ(read_safetensors(path), file);
  std::filesystem::remove(path);
}

TEST(Safetensors, HalfFloatsAreRoundedOnceAndIntegersKept) {
  const TensorFile read =
      read_safetensors(safetensors_bytes(example(), FloatType::f16), "f");
  const auto& weight = std::get<0>(read.tensors.at("b.weight").values);
  EXPECT_EQ(weight[5], half_to_float(float_to_half(0.1f)));
  EXPECT_EQ(read.tensors.at("step"), example().tensors.at("step"));
}

TEST(Safetensors, ReadsEveryFloatType) {
  const std::string header =
      R"({"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},)"
      R"("b":{"dtype":"F16","shape":[1],"data_offsets":[8,10]},)"
      R"("c":{"dtype":"BF16","shape":[1],"data_offsets":[10,12]}})";
  auto bytes = file_of(header, 12);
  const double a = 0.1;
  const std::uint16_t b = 0x3c00, c = 0xbfc0;
  std::memcpy(bytes.data() + bytes.size() - 12, &a, 8);
  std::memcpy(bytes.data() + bytes.size() - 4, &b, 2);
  std::memcpy(bytes.data() + bytes.size() - 2, &c, 2);
  const TensorFile read = read_safetensors(bytes, "f");
  EXPECT_EQ(std::get<0>(read.tensors.at("a").values)[0], 0.1f);
  EXPECT_EQ(std::get<0>(read.tensors.at("b").values)[0], 1.0f);
  EXPECT_EQ(std::get<0>(read.tensors.at("c").values)[0], -1.5f);
}

TEST(Safetensors, RefusesBadHeadersWithAReason) {
  expect_refused("{", 0, "no JSON");
  expect_refused("[]", 0, "expected a JSON header");
  expect_refused(R"({"a":[[[[1]]]]})", 0, "nested too deeply");
  expect_refused(R"({"a":1})", 0, "'a': expected dtype");
  expect_refused(R"({"a":{"dtype":"I4","shape":[1],"data_offsets":[0,1]}})", 1,
                 "got 'I4'");
  expect_refused(R"({"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}})", 1,
                 "whole number");
  expect_refused(R"({"a":{"dtype":"U8","shape":[1.5],"data_offsets":[0,1]}})",
                 1, "whole number");
  expect_refused(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", 4,
                 "F32 [2] needs 8 bytes, got 4");
  expect_refused(R"({"a":{"dtype":"U8","shape":[9],"data_offsets":[0,9]}})", 8,
                 "truncated");
  expect_refused(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}})", 1,
                 "outside");
  expect_refused(R"({"__metadata__":{"a":1}})", 0, "expected a text");
}

TEST(Safetensors, RefusesAbsurdShapesWithoutAllocating) {
  expect_refused(
      R"({"a":{"dtype":"F64","shape":[1099511627776,1099511627776,99],)"
      R"("data_offsets":[0,1]}})",
      1, "");
  expect_refused(R"({"a":{"dtype":"U8","shape":[18446744073709551615],)"
                 R"("data_offsets":[0,1]}})",
                 1, "too large");
}

TEST(Safetensors, RefusesOverlapsHolesAndTails) {
  const auto two = [](const std::string& a, const std::string& b) {
    return R"({"a":{"dtype":"U8","shape":[2],"data_offsets":)" + a +
           R"(},"b":{"dtype":"U8","shape":[2],"data_offsets":)" + b + "}}";
  };
  expect_refused(two("[0,2]", "[1,3]"), 4, "'b' overlaps");
  expect_refused(two("[0,2]", "[0,2]"), 2, "overlaps");
  expect_refused(two("[0,2]", "[3,5]"), 5, "'b' leaves a hole");
  expect_refused(two("[0,2]", "[2,4]"), 5, "1 bytes after the last tensor");
  expect_refused(two("[1,3]", "[3,5]"), 5, "'a' leaves a hole");
}

TEST(Safetensors, RefusesDuplicateNames) {
  const std::string entry = R"("a":{"dtype":"U8","shape":[0],)"
                            R"("data_offsets":[0,0]})";
  expect_refused("{" + entry + "," + entry + "}", 0, "'a' stands twice");
  expect_refused(
      R"({"a":{"dtype":"U8","dtype":"U8","shape":[0],"data_offsets":[0,0]}})",
      0, "'dtype' stands twice");
}

TEST(Safetensors, RefusesEveryTruncation) {
  const auto bytes = safetensors_bytes(example());
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_THROW(read_safetensors(std::span(bytes).first(size), "f"), Error);
}

TEST(Safetensors, EveryByteFlipIsReadOrRefused) {
  const auto bytes = safetensors_bytes(example());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      auto flipped = bytes;
      flipped[i] ^= std::byte(1 << bit);
      try {
        read_safetensors(flipped, "f");
      } catch (const Error&) {
      }
    }
  }
}

TEST(Safetensors, RefusesToWriteWhatCannotBeRead) {
  TensorFile file;
  file.tensors["a"] = {{2}, std::vector<float>{1}};
  EXPECT_THROW(safetensors_bytes(file), Error);
  file.tensors = {{"__metadata__", {{0}, std::vector<float>{}}}};
  EXPECT_THROW(safetensors_bytes(file), Error);
  file.tensors = {{"\xff", {{0}, std::vector<float>{}}}};
  EXPECT_THROW(safetensors_bytes(file), Error);
}

TEST(Safetensors, ReadsATrainedNetwork) {
  const char* data = std::getenv("TRIAD_DATA");
  if (data == nullptr) GTEST_SKIP() << "set TRIAD_DATA to the data folder";
  const TensorFile file =
      read_safetensors(std::filesystem::path(data) /
                       "weights/resnet-cifar10/resnet20-12fca82f.safetensors");
  EXPECT_EQ(file.tensors.at("conv1.weight").shape, (Shape{16, 3, 3, 3}));
  EXPECT_THAT(file.metadata.at("source"), StartsWith("akamaster/"));
}

}  // namespace
}  // namespace triad::format
