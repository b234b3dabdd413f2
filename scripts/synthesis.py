"""What Yosys makes of a Verilog module: cells by kind, as the measuring scripts count them."""
import hashlib
import json
import math
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
RTL = ROOT / "fpga" / "rtl"
CACHE = ROOT / "build" / "synthesis.json"
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


def digest(top, parameters, sources, flags, folder):
    """Of all that a count depends on: the Verilog, the files of contents, the tool."""
    total = hashlib.sha256(repr((top, sorted(parameters.items()), flags, version())).encode())
    files = [pathlib.Path(source) for source in sources]
    if folder and parameters:
        for prefix in (value for value in parameters.values() if isinstance(value, str) and value):
            files += sorted(folder.glob(prefix + "*"))
    elif folder:
        files += sorted((folder / "mem").glob("*.mem"))
    for file in files:
        total.update(file.name.encode() + file.read_bytes())
    return total.hexdigest()


def synthesise(top, parameters, sources, flags="", folder=None):
    """Resources of `top`. Counts are kept in the build folder, so that a stopped run goes on; a
    change of the Verilog or of its contents makes them anew."""
    key = digest(top, parameters, sources, flags, folder)
    known = json.loads(CACHE.read_text(encoding="utf-8")) if CACHE.exists() else {}
    if key not in known:
        count = resources(cells(top, parameters, sources, flags, folder))
        known = json.loads(CACHE.read_text(encoding="utf-8")) if CACHE.exists() else {}
        known[key] = count
        CACHE.parent.mkdir(exist_ok=True)
        CACHE.write_text(json.dumps(known), encoding="utf-8")
    return known[key]


def bits(count):
    """ceil(log2(count)), at least 1."""
    return max(1, math.ceil(math.log2(count)))
