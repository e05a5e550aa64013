"""What options.py takes from a command line, and what it says of a wrong one."""

import re

import numpy as np
import pytest
from conftest import ROOT

from training import convnet, hands, options


def test_what_is_asked_for_takes_the_place_of_a_network_s_own_defaults():
    args = options.parse(["--model", "convnet", "--epochs", "3"])
    assert (args.epochs, args.batch_size) == (3, None)
    args = options.parse(["--model", "convnet", "--batch-size", "7"])
    assert (args.epochs, args.batch_size) == (8, 7)
    args = options.parse(["--add", "my.npz", "--add", "his.npz"])
    assert args.add == ["my.npz", "his.npz"]
    args = options.parse(["--batch-size", "1000000", "--seed", "4294967295"])
    assert (args.batch_size, args.seed) == (1_000_000, 2**32 - 1)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--epochs", "0"],
        ["--batch-size", "0"],
        ["--batch-size", "1000001"],
        ["--seed", "-1"],
        ["--seed", "4294967296"],
        ["--validation-split", "1"],
        ["--validation-split", "1e-20"],
        ["--model", "nonsense"],
        ["--add", "my.npz", "--data", "fashion_mnist"],
        ["--hands", "--data", "fashion_mnist"],
    ],
    ids=" ".join,
)
def test_a_wrong_command_line_ends_with_status_2_and_names_the_option(arguments, capsys):
    with pytest.raises(SystemExit) as error:
        options.parse(arguments)
    assert error.value.code == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert arguments[0] in printed.err.splitlines()[-1]


def test_the_help_names_the_defaults_and_the_numbers_that_are_true(capsys, sample):
    with pytest.raises(SystemExit) as end:
        options.parse(["--help"])
    assert end.value.code == 0
    said = " ".join(capsys.readouterr().out.split())
    [dense] = re.findall(r"epochs=(\d+), batch_size=(\d+)", (ROOT / "train.py").read_text("utf-8"))
    assert f"(default: {dense[0]}, convnet {convnet.EPOCHS})" in said
    assert f"(default: {dense[1]})" in said
    (images, _), (images_test, _) = sample
    assert f"sample ({len(images) + len(images_test):,} digits, no internet needed)" in said
    assert f"learn from {np.count_nonzero(~hands.load().aside):,} digits of people" in said
    for name, default in (("SEED", 0), ("VALIDATION_SPLIT", 0), ("OUTPUTS", "outputs")):
        assert re.search(rf"--[a-z-]+ {name} [^()]*\(default: {default}\)", said)
