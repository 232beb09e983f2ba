"""Writes the first inputs of each fuzz target to corpus/: small valid files, without the magic that a target adds.

Needs numpy, pyarrow and pillow; checkpoints, weights and configurations are those of a run that is given:

    python fuzz/seeds.py runs/NAME
"""

import gzip
import io
import pathlib
import struct
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

HERE = pathlib.Path(__file__).parent / "corpus"


def seed(target, name, content):
    folder = HERE / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)


def npy(array):
    out = io.BytesIO()
    np.save(out, array)
    return out.getvalue()


def idx(array):
    code = {"uint8": 0x08, "int8": 0x09, "int16": 0x0B, "int32": 0x0C, "float32": 0x0D, "float64": 0x0E}
    head = bytes([0, 0, code[array.dtype.name], array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return head + array.astype(array.dtype.newbyteorder(">")).tobytes()


numbers = np.arange(12).reshape(4, 3)
for dtype in ["u1", "i1", "i2", "<i4", ">i4", "i8", "u8", "f2", "<f4", ">f4", "f8", "?"]:
    seed("npy", f"seed-{dtype.strip('<>?') or 'bool'}{'-be' * dtype.startswith('>')}", npy(numbers.astype(dtype))[6:])
seed("npy", "seed-fortran", npy(np.asfortranarray(numbers.astype("f4")))[6:])
seed("npy", "seed-images", npy(np.zeros((2, 4, 4, 3), "u1"))[6:])
for dtype in ["u1", "i1", "i2", "i4", "f4", "f8"]:
    seed("idx", f"seed-{dtype}", idx(numbers.astype(dtype))[2:])
x, y = npy(numbers.astype("f4")), npy(np.arange(4))
seed("npz", "seed-two", bytes([256 * len(x) // (len(x) + len(y)) + 1]) + x + y)
out = io.BytesIO()
np.savez_compressed(out, x=numbers, label=np.arange(4))
seed("npz", "seed-raw", bytes([0]) + out.getvalue()[2:])

table = "species,mass,count,label\nAdelie,3.5,0,1\nGentoo,NA,3,0\n\"a, b\",1e3,2,1\nAdelie,,7,0\n"
seed("csv", "seed-mixed", table.encode())
seed("csv", "seed-utf16", table.encode("utf-16"))
seed("csv", "seed-semicolon", b"\xef\xbb\xbfa;b\n1;2\n3;4\n")
seed("csv", "seed-tab", b"a\tb\r\n1\t-2.5\r\ninf\tnan\r\n")
for name, content in [("csv", table.encode()), ("npy", x), ("idx", idx(numbers.astype("u1")))]:
    seed("gzip", f"seed-{name}", gzip.compress(content)[2:])
    seed("zstd", f"seed-{name}", pa.compress(content, codec="zstd", asbytes=True)[4:])

columns = {
    "species": pa.array(["Adelie", "Gentoo", None, "Adelie"]),
    "mass": pa.array([3.5, None, 1e3, 2.0]),
    "count": pa.array([0, 3, 2, 7], pa.int32()),
    "byte": pa.array([0, 3, 2, 255], pa.uint8()),
    "flag": pa.array([True, False, True, None]),
    "label": pa.array([1, 0, 1, 0], pa.int64()),
}
for name, chosen, options in [
    ("mixed", list(columns), {"compression": "snappy"}),
    ("plain", ["mass", "count"], {"compression": "none", "use_dictionary": False}),
    ("zstd", ["species", "label"], {"compression": "zstd", "data_page_version": "2.0"}),
    ("groups", ["byte", "count"], {"row_group_size": 2, "write_page_index": True}),
    ("gzip", ["mass", "flag"], {"compression": "gzip"}),
    ("lz4", ["mass", "flag"], {"compression": "lz4"}),
]:
    out = io.BytesIO()
    pq.write_table(pa.table({name: columns[name] for name in chosen}), out, **options)
    seed("parquet", f"seed-{name}", out.getvalue()[4:])
out = io.BytesIO()
pq.write_table(pa.table({"x": pa.array([[1.0, 2.0], [3.0, 4.0]], pa.list_(pa.float32()))}), out)
seed("parquet", "seed-list", out.getvalue()[4:])


def safetensors(arrays):
    entries, data = [], b""
    for name, dtype, array in arrays:
        raw = array.tobytes()
        span = [len(data), len(data) + len(raw)]
        entries.append(f'"{name}":{{"dtype":"{dtype}","shape":{list(array.shape)},"data_offsets":{span}}}')
        data += raw
    header = ("{" + ",".join(entries) + "}").encode()
    return struct.pack("<Q", len(header)) + header + data


half = numbers.astype("f2")
seed("safetensors", "seed-two", safetensors([("x", "F32", numbers.astype("f4")), ("label", "I64", np.arange(4))]))
seed("safetensors", "seed-half", safetensors([("x", "F16", half)]))
seed("safetensors", "seed-bytes", safetensors([("x", "U8", numbers.astype("u1"))]))
for kind, form in enumerate(["PNG", "JPEG", "WEBP"]):
    for mode in ["L", "RGB", "RGBA", "P", "I;16"]:
        out = io.BytesIO()
        try:
            Image.new(mode, (5, 4)).save(out, form)
        except OSError:
            continue
        seed("image", f"seed-{form.lower()}-{mode.replace(';', '')}", bytes([kind]) + out.getvalue())

run = pathlib.Path(sys.argv[1])
for path in (run / "checkpoints").iterdir():
    if path.is_file():
        seed("checkpoint", "seed-" + path.name, path.read_bytes())
seed("weights", "seed-model", (run / "model.safetensors").read_bytes())
config = (run / "config.toml").read_text()
seed("config", "seed-run", config.encode())
seed("config", "seed-short", "\n".join(line for line in config.splitlines() if not line.startswith("#")).encode())
seed("config", "seed-options", b"model = \"vae\"\n[vae]\nlatent_dim = 2\n---\nfit.epochs=3\nvae.likelihood=gaussian\nvae.net={kind='conv', channels=[4]}\n")
