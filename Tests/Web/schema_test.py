"""schemathesis generates requests from /openapi.json. No answer may be an error of the server. `check` runs it."""

import json
import os
import pathlib
import subprocess
import sys
import unittest
import urllib.request

from edge import Edge, bearer

SECONDS = os.environ.get("ONSALE_WEB_SECONDS", "20")


class Schema(unittest.TestCase):
    def test_generated_requests_cause_no_server_error(self):
        with Edge() as edge:
            edge.open_sale()
            header = "Authorization: " + bearer(edge.operator())["Authorization"]
            done = subprocess.run(
                [pathlib.Path(sys.executable).parent / "st", "run", f"{edge.url}/openapi.json", "--url", edge.url,
                 "--max-time", SECONDS, "--phases", "coverage,fuzzing", "--header", header, "--warnings", "off",
                 "--checks", "not_a_server_error,content_type_conformance,response_schema_conformance",
                 "--exclude-path-regex", "/(ChangePassword|SignOut|EndSessions)$"],
                cwd=edge.folder, text=True, capture_output=True, stdin=subprocess.DEVNULL)
            self.assertEqual(done.returncode, 0, done.stdout[-8000:] + done.stderr[-2000:])
            self.assertIsNone(edge.process.poll())
            print(done.stdout[-600:], file=sys.stderr)

    def test_the_description_names_each_schema_that_it_uses(self):
        with Edge("--origin", "https://tickets.example") as edge:
            document = json.load(urllib.request.urlopen(f"{edge.url}/openapi.json"))
        self.assertEqual(document["servers"], [{"url": "https://tickets.example"}])
        used = set()

        def visit(node):
            if isinstance(node, dict):
                used.update({node["$ref"]} if "$ref" in node else ())
                node = list(node.values())
            for inner in node if isinstance(node, list) else ():
                visit(inner)

        visit(document)
        self.assertEqual(used, {f"#/components/schemas/{name}" for name in document["components"]["schemas"]})
