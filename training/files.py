"""Save results safely: no file is ever half written, and one failure spares the others.

Nothing here is about learning; you need not read it to understand train.py.
"""

import contextlib
import json
import math
import pathlib
import secrets
import sys
import tempfile
import time

import numpy as np

from training.errors import UserError, one_line, printable

LEFT_BEHIND = 3600  # seconds: an unfinished file that is older was left by a run that was killed


class FolderError(UserError):
    """A folder cannot be written to."""


class Outputs:
    """The folder for results; `saved` are paths, `failed` a dict of errors by path.

    Raises FolderError if no file can be written there: better now than after the training.
    """

    def __init__(self, folder):
        self.folder = prepare_folder(folder)
        self.saved = []
        self.failed = {}

    @contextlib.contextmanager
    def saving(self, name, keep_older=False):
        """Save one file in a `with` block, which writes it to the path that it is given:

            with outputs.saving("training.png") as unfinished:
                figure.savefig(unfinished)

        That is a file beside the final one, which takes its place at the end of the block: so a
        kill or a full disk never leaves half a file. If the file cannot be made, one line on stderr
        says why, and the program goes on. An older file then stays if the disk is to blame, or if
        it is worth keeping (`keep_older`), and is deleted if not: it would show another network.
        """
        path = self.folder / name
        # A name of its own, since another run may be saving the same file.
        unfinished = self.folder / f"unfinished-{secrets.token_hex(4)}-{name}"
        try:
            yield unfinished
            move(unfinished, path)
            self.saved.append(path)
            self.failed.pop(path, None)
        except Exception as error:  # noqa: BLE001  whatever goes wrong, the other results matter
            self.failed[path] = error
            print(
                f"Error: {printable(path)} could not be saved: {one_line(error)}", file=sys.stderr
            )
            if not isinstance(error, OSError) and not keep_older:
                delete(path)
        finally:
            delete(unfinished)  # also after Ctrl-C


def prepare_folder(folder):
    """Make `folder` if it is missing, and return it as a Path.

    Raises FolderError if no file can be written there.
    """
    try:
        folder = pathlib.Path(folder).expanduser()
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()  # can files be written here?
        for left in folder.glob(f"unfinished-{8 * '[0-9a-f]'}-*"):
            with contextlib.suppress(OSError):  # another run may tidy up at the same time
                if left.stat().st_mtime < time.time() - LEFT_BEHIND:
                    left.unlink()
    except (OSError, RuntimeError) as error:  # RuntimeError: a ~ that is nobody's home
        raise FolderError(
            f"cannot write to --outputs {printable(folder)}: {one_line(error)}. "
            "Name another folder."
        ) from None
    return folder


def move(unfinished, path):
    """Put a finished file in the place of an older one, at once."""
    try:
        unfinished.replace(path)
    except PermissionError:  # Windows does not replace a file that a viewer has open
        raise PermissionError(
            "the older file is open in another program, or protected. Close it, and run again"
        ) from None


def delete(path):
    """Delete a file, if it is there and nobody holds it."""
    with contextlib.suppress(OSError):
        path.unlink()


def are_same(path, other):
    """Return whether both are there, and are one and the same file."""
    try:
        return path.samefile(other)
    except (OSError, ValueError):  # one is missing, or its name is impossible
        return False


def write_json(path, content):
    """Write `content` as JSON. What is no number (NaN, infinity) is not JSON: it becomes null."""
    text = json.dumps(plain(content), indent=2, allow_nan=False, default=str)
    path.write_text(text + "\n", encoding="utf-8")


def plain(content):
    """Return dicts, lists and numbers as JSON has them: NumPy's as Python's, None for NaN."""
    if isinstance(content, dict):
        return {str(name): plain(value) for name, value in content.items()}
    if isinstance(content, list | tuple):
        return [plain(value) for value in content]
    if isinstance(content, np.ndarray | np.generic):
        return plain(content.tolist())
    if isinstance(content, float) and not math.isfinite(content):
        return None
    return content
