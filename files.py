"""Save results safely: a file is either whole, or as it was before.

Nothing here is about learning; you need not read it to understand train.py.
"""

import contextlib
import json
import math
import pathlib
import sys


class FolderError(Exception):
    """A folder cannot be written to; the text is one line that says what to do."""


def prepare_folder(folder):
    """Make `folder` if it is missing, and return it as a Path.

    Raises FolderError if no file can be written there: better now than after the training.
    """
    folder = pathlib.Path(folder)
    test_file = folder / "unfinished-test.txt"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        test_file.write_text("Can files be written here?")
        test_file.unlink()
    except OSError as error:
        message = f"cannot write to --outputs {folder}: {error}. Name another folder."
        raise FolderError(message) from None
    return folder


@contextlib.contextmanager
def saving(path, saved):
    """Save one file in a `with` block, which writes it to the path that it is given:

        with saving(folder / "training.png", saved) as unfinished:
            figure.savefig(unfinished)

    That is a file beside `path`, which takes its place at the end of the block: so a kill or a full
    disk never leaves half a file. If the file cannot be made, one line on stderr says why, and the
    program goes on. The dict `saved` notes for `path` whether it could be saved.
    """
    unfinished = path.with_name(f"unfinished-{path.name}")
    try:
        yield unfinished
        unfinished.replace(path)
        saved[path] = True
    except Exception as error:  # noqa: BLE001  whatever goes wrong, the other results matter
        unfinished.unlink(missing_ok=True)
        saved[path] = False
        reason = " ".join(str(error).split()) or type(error).__name__
        print(f"Error: {path} could not be saved: {reason}", file=sys.stderr)
        if not isinstance(error, OSError):
            # The disk is not to blame. An older file would show another network than this one.
            path.unlink(missing_ok=True)


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
