"""Run the page's JavaScript in node: without a browser, so that it runs wherever node is."""

import json
import shutil
import subprocess

import pytest
from conftest import ROOT

NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="node (nodejs.org) is not installed")


def run(code, **values):
    """Run JavaScript that ends with `return ...`, in the folder page/; return what it returns.

    There `require("./network.js")` gives what network.js exports. `values` are the names that the
    code finds defined, from whatever JSON can say.
    """
    names = ", ".join(values)
    script = (
        'const values = JSON.parse(require("fs").readFileSync(0, "utf-8"));\n'
        f"const run = ({{ {names} }}) => {{ {code} }};\n"
        "console.log(JSON.stringify(run(values)));\n"
    )
    process = subprocess.run(
        [NODE, "-e", script],
        cwd=ROOT / "page",
        input=json.dumps(values),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert process.returncode == 0, process.stderr
    return json.loads(process.stdout)
