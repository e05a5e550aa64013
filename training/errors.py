"""Errors that a user can do something about."""


class UserError(Exception):
    """Something that the user can mend; the text is one line that says what, and how.

    The scripts print it and end with status 1, without a traceback.
    """


def one_line(error):
    """Return what an exception says, in one line, or its name if it says nothing.

    Signs that would change the screen, such as those in some file names, are escaped.
    """
    text = " ".join(str(error).split()) or type(error).__name__
    return printable(text)


def printable(text):
    """Return a text, such as a file's name, with its control characters escaped."""
    letters = []
    for letter in str(text):
        letters.append(letter if letter.isprintable() else ascii(letter)[1:-1])
    return "".join(letters)
