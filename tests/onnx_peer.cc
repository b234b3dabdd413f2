#include "tests/onnx_peer.h"

#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "triad/base/error.h"
#include "triad/base/file.h"

namespace triad {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

// A folder of its own, gone with the object.
class Folder {
 public:
  Folder()
      : path_(fs::temp_directory_path() /
              fmt::format("triad-onnx-peer-{}", ::getpid())) {
    fs::remove_all(path_);
    fs::create_directories(path_);
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  fs::path operator/(const std::string& name) const { return path_ / name; }
  std::string text() const { return path_.string(); }

 private:
  fs::path path_;
};

template <typename T>
std::vector<double> to_numbers(std::span<const std::byte> bytes) {
  std::vector<T> values(bytes.size() / sizeof(T));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return {values.begin(), values.end()};
}

std::string file_name(const char* what, std::size_t index) {
  return fmt::format("{}_{}.bin", what, index);
}

void write_inputs(const Folder& folder, const PeerTensors& inputs) {
  Json list = Json::array();
  for (const auto& [name, tensor] : inputs) {
    write_file(folder / file_name("input", list.size()), tensor.bytes);
    list.push_back(
        {{"name", name}, {"type", tensor.type}, {"dims", tensor.shape}});
  }
  write_file(folder / "inputs.json", list.dump());
}

PeerTensors read_outputs(const Folder& folder) {
  PeerTensors outputs;
  const Json list = Json::parse(read_text(folder / "outputs.json"));
  for (std::size_t i = 0; i < list.size(); ++i)
    outputs[list[i]["name"]] = {list[i]["type"], list[i]["dims"],
                                read_file(folder / file_name("output", i))};
  return outputs;
}

}  // namespace

std::vector<double> PeerTensor::numbers() const {
  if (type == "float32") return to_numbers<float>(bytes);
  if (type == "uint8") return to_numbers<std::uint8_t>(bytes);
  if (type == "int8") return to_numbers<std::int8_t>(bytes);
  if (type == "int16") return to_numbers<std::int16_t>(bytes);
  fail("tensor of type {}: not one of this test's", type);
}

std::string peer_missing() {
  if (!fs::exists(fs::path(TRIAD_PEER) / "node_modules" / "onnxruntime-node"))
    return "ONNX Runtime is not installed: run scripts/setup-peer";
  if (std::system("node --version >/dev/null 2>&1") != 0)
    return "there is no node";
  return {};
}

PeerTensors run_peer(std::span<const std::byte> model,
                     const PeerTensors& inputs,
                     const std::string& optimisations) {
  const Folder folder;
  write_file(folder / "model.onnx", model);
  write_inputs(folder, inputs);
  const std::string command =
      fmt::format("node '{}/run_model.js' '{}' '{}' {} 2>'{}'", TRIAD_PEER,
                  (folder / "model.onnx").string(), folder.text(),
                  optimisations, (folder / "errors").string());
  if (std::system(command.c_str()) != 0)
    fail("ONNX Runtime: {}", read_text(folder / "errors"));
  return read_outputs(folder);
}

}  // namespace triad
