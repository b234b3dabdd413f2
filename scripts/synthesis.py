"""What Yosys makes of a Verilog module: cells by kind, as the measuring scripts count them."""
import json
import math
import pathlib
import subprocess
import sys
import tempfile

RTL = pathlib.Path(__file__).resolve().parent.parent / "fpga" / "rtl"
# LUTs of 6 inputs that a cell of distributed memory takes (7-series slices).
MEMORY_LUTS = {"RAM32X1D": 2, "RAM64X1D": 2, "RAM128X1D": 4, "RAM32M": 4, "RAM64M": 4,
               "RAM64X1S": 1, "RAM32X1S": 1, "SRL16E": 1, "SRLC32E": 1}


def version():
    done = subprocess.run(["yosys", "-V"], capture_output=True, text=True, check=True)
    return " ".join(done.stdout.split()[:2])


def cells(top, parameters, sources, flags="", folder=None):
    """Cells of `top` by kind under synth_xilinx -family xc7. Files named in parameters are relative
    to `folder`."""
    def written(value):
        if isinstance(value, str):
            return f'"{value}"'
        return value if value >= 0 else f"32'h{value & 0xffffffff:08x}"  # the modules cut 32 bits
    sets = "".join(f" -set {name} {written(value)}" for name, value in parameters.items())
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        script = (f"read_verilog {' '.join(str(source) for source in sources)}; "
                  + (f"chparam{sets} {top}; " if sets else "")
                  + f"synth_xilinx -family xc7 -flatten -noiopad -top {top} {flags}; "
                  f"tee -q -o {report.name} stat -json")
        done = subprocess.run(["yosys", "-q", "-p", script], capture_output=True, text=True, cwd=folder)
        if done.returncode != 0:
            sys.exit(f"yosys on {top} {parameters}: {(done.stderr or done.stdout).strip()}")
        return json.load(open(report.name, encoding="utf-8"))["design"]["num_cells_by_type"]


def resources(counted):
    """Cells to what a part has: LUTs of logic and of memory, flip-flops, carry chains, DSP blocks,
    half block RAMs."""
    def total(test):
        return sum(number for kind, number in counted.items() if test(kind))
    return {
        "lut": total(lambda kind: kind.startswith("LUT")),
        "lut_memory": sum(MEMORY_LUTS.get(kind, 0) * number for kind, number in counted.items()),
        "ff": total(lambda kind: kind.startswith("FD")),
        "carry4": counted.get("CARRY4", 0),
        "dsp": total(lambda kind: kind.startswith("DSP48")),
        "ramb18": counted.get("RAMB18E1", 0) + 2 * counted.get("RAMB36E1", 0),
    }


def synthesise(top, parameters, sources, flags="", folder=None):
    return resources(cells(top, parameters, sources, flags, folder))


def bits(count):
    """ceil(log2(count)), at least 1."""
    return max(1, math.ceil(math.log2(count)))
