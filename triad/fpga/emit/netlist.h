#pragma once
// A design before it is printed: which modules of fpga/rtl there are, how they
// are set, and what connects them. Everything is decided here; print_verilog.h
// only writes it down.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "triad/fpga/emit/bits.h"

namespace triad::fpga {

// Of a module: a number, or a text such as a file's name.
struct Parameter {
  std::string name;
  std::variant<std::int64_t, std::string> value;
};

struct Wire {
  std::string name;
  int width = 1;  // bits
};

struct Port {
  enum class Direction { input, output };
  Direction direction = Direction::input;
  Wire wire;
  std::string comment = {};  // for the list of ports in the README
};

// A port of an instance and what it is tied to: an expression of the netlist's
// ports and wires.
struct Connection {
  std::string port, net;
};

struct Instance {
  std::string module, name;
  std::string comment = {};  // one line: the layer it is
  std::vector<Parameter> parameters = {};
  std::vector<Connection> connections = {};
};

// target = expression, both of ports and wires.
struct Assignment {
  std::string target, expression;
};

// Where the configuration bus writes a memory (docs/fpga.md), and how many
// times 32 bits of it make a word.
struct BusPlace {
  int stage = 0, memory = 0, parts = 1;
};

// What a memory holds at first, for $readmemh.
struct MemoryFile {
  std::string name;          // "layer1.0.conv1.weights.mem"
  std::string comment = {};  // one line: what a word is
  int width = 0;             // bits of each word
  std::vector<Bits> words = {};
  std::optional<BusPlace> place = {};  // none: the bus does not reach it
};

struct Netlist {
  std::string name;     // of the module, "top"
  std::string comment;  // its head, lines without "//"
  std::vector<Port> ports = {};
  std::vector<Wire> wires = {};
  std::vector<Assignment> assignments = {};
  std::vector<Instance> instances = {};
  std::vector<MemoryFile> memories = {};
};

// Folder of the memory files, as CONTENTS parameters name it: relative to where
// a simulator or a vendor's tool is started.
inline constexpr const char* kMemoryFolder = "mem";

// Throws Error unless names are unique, instances are of modules that exist
// (modules.h), and each word has its memory's width.
void validate(const Netlist& netlist);

}  // namespace triad::fpga
