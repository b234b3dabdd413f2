#!/usr/bin/env python3
"""Rounds the float32 tensors of a safetensors file to float16, to commit trained latents in half the bytes.

    scripts/half_precision.py runs/x/weights.safetensors models/x-latents.safetensors
"""
import json
import struct
import sys
from pathlib import Path


def halve(source: bytes) -> bytes:
    (header_size,) = struct.unpack("<Q", source[:8])
    header = json.loads(source[8 : 8 + header_size])
    data = source[8 + header_size :]
    body = b""
    for name, tensor in header.items():
        if name == "__metadata__":
            continue
        begin, end = tensor["data_offsets"]
        values = data[begin:end]
        if tensor["dtype"] == "F32":
            floats = struct.unpack(f"<{len(values) // 4}f", values)
            values = struct.pack(f"<{len(floats)}e", *floats)
            tensor["dtype"] = "F16"
        tensor["data_offsets"] = [len(body), len(body) + len(values)]
        body += values
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + body


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    Path(sys.argv[2]).write_bytes(halve(Path(sys.argv[1]).read_bytes()))
