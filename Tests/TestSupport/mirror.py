#!/usr/bin/python3
"""Reads each line of a file as a packed onsale.testing.v1.Everything in hexadecimal digits, and prints it packed again."""

import pathlib
import subprocess
import sys
import tempfile

here = pathlib.Path(__file__).parent
with tempfile.TemporaryDirectory() as folder:
    subprocess.run(
        ["protoc", f"-I{here}", f"-I{here}/../../proto", f"--python_out={folder}", "testing.proto", "options.proto"],
        check=True)
    sys.path.insert(0, folder)
    import testing_pb2

    with open(sys.argv[1]) as lines:
        for line in lines:
            message = testing_pb2.Everything()
            message.ParseFromString(bytes.fromhex(line))
            print(message.SerializeToString().hex())
