"""Save results safely: no file is ever half written.

Nothing here is about learning; you need not read it to understand train.py.
"""

import contextlib
import json
import math
import pathlib
import sys
import tempfile


class FolderError(Exception):
    """A folder cannot be written to; the text is one line that says what to do."""


def prepare_folder(folder):
    """Make `folder` if it is missing, and return it as a Path.

    Raises FolderError if no file can be written there: better now than after the training.
    """
    try:
        folder = pathlib.Path(folder).expanduser()
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()  # can files be written here?
    except (OSError, RuntimeError) as error:  # RuntimeError: a ~ that is nobody's home
        message = f"cannot write to --outputs {folder}: {error}. Name another folder."
        raise FolderError(message) from None
    return folder


def one_line(error):
    """Return what an exception says, in one line, or its name if it says nothing."""
    return " ".join(str(error).split()) or type(error).__name__


@contextlib.contextmanager
def saving(path, saved):
    """Save one file in a `with` block, which writes it to the path that it is given:

        with saving(folder / "training.png", saved) as unfinished:
            figure.savefig(unfinished)

    That is a file beside `path`, which takes its place at the end of the block: so a kill or a full
    disk never leaves half a file. If the file cannot be made, one line on stderr says why, and the
    program goes on. An older file then stays if the disk is to blame, and is deleted if not: it
    would show another network. The dict `saved` notes for `path` whether it could be saved.
    """
    unfinished = path.with_name(f"unfinished-{path.name}")
    try:
        yield unfinished
        unfinished.replace(path)
        saved[path] = True
    except Exception as error:  # noqa: BLE001  whatever goes wrong, the other results matter
        saved[path] = False
        print(f"Error: {path} could not be saved: {one_line(error)}", file=sys.stderr)
        if not isinstance(error, OSError):
            path.unlink(missing_ok=True)
    finally:
        unfinished.unlink(missing_ok=True)  # also after Ctrl-C


def write_json(path, content):
    """Write `content` as JSON. What is no number (NaN, infinity) is not JSON: it becomes null."""
    text = json.dumps(without_nan(content), indent=2, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def without_nan(content):
    """Return dicts, lists and numbers with None for what is not a finite number."""
    if isinstance(content, dict):
        return {name: without_nan(value) for name, value in content.items()}
    if isinstance(content, list):
        return [without_nan(value) for value in content]
    if isinstance(content, float) and not math.isfinite(content):
        return None
    return content
