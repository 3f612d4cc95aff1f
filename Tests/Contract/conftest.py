import os
import pathlib
import sys

import pytest

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "Contract"), str(TESTS / "EndToEndTests")]

import fals  # noqa: E402


def pytest_addoption(parser):
    parser.addoption("--live", action="store_true", help="ask fal itself, with the key of FAL_KEY: about ten pictures are paid for")


def pytest_configure(config):
    config.addinivalue_line("markers", "live_only: what the proxy does not let through")
    config.addinivalue_line("markers", "sandbox_only: would take many jobs, or the state of a queue that is ours alone")


def pytest_collection_modifyitems(config, items):
    live = config.getoption("--live")
    if live and not os.environ.get("FAL_KEY"):
        raise pytest.UsageError("--live asks fal itself and needs its key: set FAL_KEY")
    for item in items:
        for marker in item.iter_markers("sandbox_only" if live else "live_only"):
            item.add_marker(pytest.mark.skip(reason=marker.name.replace("_", " ")))


@pytest.fixture(scope="session")
def fal(request):
    """fal itself with --live, else the sandbox."""
    with (fals.Live(os.environ["FAL_KEY"]) if request.config.getoption("--live") else fals.Sandbox()) as one:
        yield one


@pytest.fixture(scope="session")
def finished(fal):
    """A job that has ended well, seen all the way: its submission, its polls, its result."""
    return fal.watch(fal.submit())


@pytest.fixture(scope="session")
def refused(fal):
    """A job whose input the model refuses."""
    return fal.watch(fal.submit({"prompt": "a", "strength": 7}))
