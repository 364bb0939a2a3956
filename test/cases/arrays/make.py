"""Makes the files of this folder, with NumPy and SciPy: python3 test/cases/arrays/make.py"""

import json
import pathlib
import struct

import numpy as np
from scipy import io, sparse

here = pathlib.Path(__file__).parent
numbers = np.arange(6).reshape(2, 3) - 1.5

arrays = {
    "double": numbers,
    "whole": numbers + 1.5,
    "single": numbers.astype("f4"),
    "short": np.array([[1, -300], [2, 4]], "i2"),
    "long": np.array([[1, -(2**24)]], "i8"),
    "inexact": np.array([[2**53 + 1]], "i8"),
    "logical": np.array([[True, False]]),
    "images": np.arange(12, dtype="u1").reshape(2, 2, 3),
    "complex": numbers + 1j,
    "text": "abc",
    "cell": np.array([1, "a"], dtype=object),
    "sparse": sparse.csc_matrix(np.eye(3)),
}
io.savemat(here / "v7.mat", arrays, do_compression=True)
io.savemat(here / "v6.mat", arrays, do_compression=False)
io.savemat(here / "one.mat", {"only": numbers})
io.savemat(here / "v4.mat", {"only": numbers}, format="4")

values = np.array([1, -2.5, 0.15625])
tensors = {
    "F16": values.astype("<f2"),
    "BF16": (values.astype("<f4").view("<u4") >> 16).astype("<u2"),
    "F32": values.astype("<f4"),
    "F64": values.astype("<f8"),
    **{name: np.array([[1, 2], [3, 100]], "<" + kind) for name, kind in [
        ("I8", "i1"), ("I16", "i2"), ("I32", "i4"), ("I64", "i8"), ("U8", "u1"), ("U16", "u2"), ("U32", "u4"), ("U64", "u8"),
    ]},
    "BOOL": np.array([1, 0, 1], "u1"),
    "F8_E4M3": np.array([1], "u1"),
}
header, data = {"__metadata__": {"format": "np"}}, b""
for name, tensor in tensors.items():
    end = len(data) + tensor.nbytes
    header[name] = {"dtype": name, "shape": list(tensor.shape), "data_offsets": [len(data), end]}
    data += tensor.tobytes()
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
(here / "types.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)

np.savetxt(here / "savetxt.txt", numbers, header="six numbers")
