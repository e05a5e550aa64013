"""Save results safely: a file is either whole, or as it was before.

Nothing here is about learning; you need not read it to understand train.py.
"""

import pathlib


class FolderError(Exception):
    """A folder cannot be written to; the text is one line that says what to do."""


def prepare_folder(folder):
    """Make `folder` if it is missing, and return it as a Path. Raises FolderError if one cannot
    write into it: better now than after the training.
    """
    folder = pathlib.Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        save_file(folder / "test.txt", lambda path: path.write_text("Can files be written here?"))
        (folder / "test.txt").unlink()
    except OSError as error:
        raise FolderError(
            f"cannot write to the folder {folder}: {error}. Name another one with --outputs."
        ) from None
    return folder


def save_file(path, write):
    """Save a file by `write(path)`, which gets another path at first: a file beside it, which is
    moved to its place when it is whole. So a full disk or a kill never costs the older file.
    """
    unfinished = path.with_name(f"unfinished-{path.name}")
    write(unfinished)
    unfinished.replace(path)
