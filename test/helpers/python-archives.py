"""Writes a wheel that greets, and a source package without a wheel that can't be built, into a folder."""

import base64
import hashlib
import io
import sys
import tarfile
import zipfile

folder, name, version = sys.argv[1:]


def record(path, content):
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"{path},sha256={digest},{len(content)}\n"


info = f"{name}-{version}.dist-info"
files = {
    f"{name}.py": b"def greet(name):\n    return 'hello ' + name\n",
    f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode(),
    f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
}
with zipfile.ZipFile(f"{folder}/{name}-{version}-py3-none-any.whl", "w") as wheel:
    for path, content in files.items():
        wheel.writestr(path, content)
    lines = "".join(record(path, content) for path, content in files.items())
    wheel.writestr(f"{info}/RECORD", f"{lines}{info}/RECORD,,\n")

with tarfile.open(f"{folder}/built-1.0.0.tar.gz", "w:gz") as source:
    for path, content in {"setup.py": b"raise SystemExit('it ran')\n", "PKG-INFO": b"Name: built\n"}.items():
        entry = tarfile.TarInfo(f"built-1.0.0/{path}")
        entry.size = len(content)
        source.addfile(entry, io.BytesIO(content))
