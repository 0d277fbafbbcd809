#!/usr/bin/python3
"""Reads each line of a file as an onsale.testing.v1.Everything, and prints it again, with Python's protobuf library.

    mirror.py packed packed FILE     packed, in hexadecimal digits, both times
    mirror.py packed json FILE       prints it as JSON
    mirror.py json packed FILE       reads it as JSON
"""

import pathlib
import subprocess
import sys
import tempfile

from google.protobuf import json_format

form_in, form_out, path = sys.argv[1:]
here = pathlib.Path(__file__).parent
with tempfile.TemporaryDirectory() as folder:
    subprocess.run(
        ["protoc", f"-I{here}", f"-I{here}/../../proto", f"--python_out={folder}", "testing.proto", "options.proto"],
        check=True)
    sys.path.insert(0, folder)
    import testing_pb2

    with open(path) as lines:
        for line in lines:
            message = testing_pb2.Everything()
            if form_in == "json":
                json_format.Parse(line, message)
            else:
                message.ParseFromString(bytes.fromhex(line))
            if form_out == "json":
                print(json_format.MessageToJson(message, indent=None))
            else:
                print(message.SerializeToString().hex())
