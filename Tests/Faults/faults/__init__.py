"""Faults on purpose: crowds of slow clients, broken upstreams, names that do not resolve, too few descriptors."""

import pathlib
import sys

FOLDER = pathlib.Path(__file__).parent
sys.path.insert(0, str(FOLDER.parents[1] / "EndToEndTests"))
