"""What Yosys makes of a Verilog module: cells by kind, as the measuring scripts count them."""
import hashlib
import json
import math
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
RTL = ROOT / "fpga" / "rtl"
CACHE = ROOT / "build" / "synthesis.json"
# LUTs of 6 inputs that a cell of distributed memory takes (7-series slices).
MEMORY_LUTS = {"RAM32X1D": 2, "RAM64X1D": 2, "RAM128X1D": 4, "RAM32M": 4, "RAM64M": 4,
               "RAM64X1S": 1, "RAM32X1S": 1, "SRL16E": 1, "SRLC32E": 1}


def sources_of(top, rtl=RTL):
    """The file of `top`, a name under `rtl`, and of all modules within it: a change of others leaves
    its count in the cache."""
    modules = {path.stem: path for path in rtl.glob("*.v")}
    found, open_ends = [], [rtl / f"{top}.v"]
    while open_ends:
        path = open_ends.pop()
        if path in found:
            continue
        found.append(path)
        code = re.sub("//.*", "", path.read_text(encoding="utf-8"))
        open_ends += [modules[name] for name in set(re.findall(r"\w+", code)) if name in modules]
    return sorted(found)


def version():
    done = subprocess.run(["yosys", "-V"], capture_output=True, text=True, check=True)
    return " ".join(done.stdout.split()[:2])


XC7 = "synth_xilinx -family xc7 -flatten -noiopad"


def cells(top, parameters, sources, flags="", folder=None, command=XC7):
    """Cells of `top` by kind under `command`. Files named in parameters are relative to `folder`."""
    def written(value):
        if isinstance(value, str):
            return f'"{value}"'
        return value if value >= 0 else f"32'h{value & 0xffffffff:08x}"  # the modules cut 32 bits
    sets = "".join(f" -set {name} {written(value)}" for name, value in parameters.items())
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        script = (f"read_verilog {' '.join(str(source) for source in sources)}; "
                  + (f"chparam{sets} {top}; " if sets else "")
                  + f"{command} -top {top} {flags}; "
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


def synthesise(top, parameters, sources, flags="", folder=None, command=XC7):
    """Resources of `top`; its cells under another command than that of the 7 series. Counts are kept in
    the build folder, so that a stopped run goes on; a change of the Verilog or of its contents makes
    them anew."""
    key = digest(top, parameters, sources, flags if command == XC7 else f"{command} {flags}", folder)
    known = json.loads(CACHE.read_text(encoding="utf-8")) if CACHE.exists() else {}
    if key not in known:
        count = cells(top, parameters, sources, flags, folder, command)
        if command == XC7:
            count = resources(count)
        known = json.loads(CACHE.read_text(encoding="utf-8")) if CACHE.exists() else {}
        known[key] = count
        CACHE.parent.mkdir(exist_ok=True)
        CACHE.write_text(json.dumps(known), encoding="utf-8")
    return known[key]


# Arrays of ternary PEs by themselves, PES and LANES: what the closed form is fitted to, and what it is
# tested with.
PES_FITTED = [(1, 4), (1, 8), (2, 5), (4, 8), (2, 16), (1, 32)]
PES_HELD_OUT = [(3, 4), (8, 8), (2, 12), (4, 16)]


def arrays(build, sizes):
    """Pairs of what the closed form says of each array, as in instances.json, and Yosys' counts."""
    program = pathlib.Path(build) / "benchmarks" / "fpga_model"
    if not program.exists():
        sys.exit(f"{program} is missing: configure with -DTRIAD_BENCH=ON and build it")
    flat = [str(number) for size in sizes for number in size]
    done = subprocess.run([str(program), "pes", *flat], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr.strip())
    return [(instance, synthesise("lock_step_pes", instance["parameters"], sources_of("lock_step_pes")))
            for instance in json.loads(done.stdout)]


# Modules of logic alone, for the ratio of LUTs of 4 inputs to LUTs of 6.
LOGIC = {"lock_step_pes": {"PES": 2, "LANES": 16, "SUM": 24}, "requantise": {"MULTIPLIER": 1},
         "line_ring": {}, "lanes_stage": {"CHANNELS": 32, "IN_LANES": 16, "OUT_LANES": 2}, "add_stage": {},
         "picture_counters": {}}
FAMILIES = {"ecp5": ("synth_ecp5 -nodsp", {"LUT4": 1, "CCU2C": 2}),  # a carry cell is both LUTs of a slice
            "ice40": ("synth_ice40", {"SB_LUT4": 1})}


def small_luts(family):
    """LUTs of 4 inputs that LOGIC takes in a family for one of 6 inputs in the 7 series."""
    command, weights = FAMILIES[family]
    small = large = 0
    for top, parameters in LOGIC.items():
        count = synthesise(top, parameters, sources_of(top), command=command)
        large_of_top = synthesise(top, parameters, sources_of(top), "-nodsp")
        small_of_top = sum(weight * count.get(cell, 0) for cell, weight in weights.items())
        print(family, top, small_of_top, large_of_top["lut"] + large_of_top["lut_memory"], flush=True)
        small += small_of_top
        large += large_of_top["lut"] + large_of_top["lut_memory"]
    return small / large


def bits(count):
    """ceil(log2(count)), at least 1."""
    return max(1, math.ceil(math.log2(count)))
