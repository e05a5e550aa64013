"""Save results safely: no file is ever half written, and one failure spares the others."""

import contextlib
import json
import pathlib
import secrets
import sys
import tempfile

from training.errors import UserError, one_line, printable


class FolderError(UserError):
    """A folder cannot be written to."""


class Outputs:
    """The folder for results; `saved` are paths, `failed` a dict of errors by path.

    The folder is made if it is missing. Raises FolderError if no file can be written there: better
    now than after the training.
    """

    def __init__(self, folder):
        try:
            self.folder = pathlib.Path(folder).expanduser()
            self.folder.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=self.folder).close()  # can files be written here?
        except (OSError, RuntimeError) as error:  # RuntimeError: a ~ that is nobody's home
            raise FolderError(
                f"cannot write to --outputs {printable(folder)}: {one_line(error)}. "
                "Name another folder."
            ) from None
        self.saved = []
        self.failed = {}

    @contextlib.contextmanager
    def saving(self, name):
        """Save one file in a `with` block, which writes it to the path that it is given:

            with outputs.saving("training.png") as unfinished:
                figure.savefig(unfinished)

        If the file cannot be made, one line on stderr says why, an older one stays, and the program
        goes on.
        """
        path = self.folder / name
        try:
            with replacing(path) as unfinished:
                yield unfinished
            self.saved.append(path)
            self.failed.pop(path, None)
        except Exception as error:  # noqa: BLE001  whatever goes wrong, the other results matter
            self.failed[path] = error
            reason = one_line(error).replace(unfinished.name, name)
            print(f"Error: {printable(path)} could not be saved: {reason}", file=sys.stderr)


@contextlib.contextmanager
def replacing(path):
    """Replace a file in a `with` block, which writes the new one to the path that it is given.

    That is a file beside it, which takes its place in one step at the end of the block: so a kill
    or a full disk never leaves half a file. It has a name of its own, since another run may be
    saving the same file.
    """
    unfinished = path.with_name(f"unfinished-{secrets.token_hex(4)}-{path.name}")
    try:
        yield unfinished
        unfinished.replace(path)
    finally:
        delete(unfinished)  # also after Ctrl-C


def delete(path):
    """Delete a file, if it is there and nobody holds it."""
    with contextlib.suppress(OSError):
        path.unlink()


def write_json(path, content):
    """Write `content` as JSON. What is no number (NaN, infinity) is not JSON: it becomes null."""

    def of_numpy(value):
        return value.tolist() if hasattr(value, "tolist") else str(value)

    def no_number(name):
        return None

    text = json.dumps(content, default=of_numpy)
    content = json.loads(text, parse_constant=no_number)
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
