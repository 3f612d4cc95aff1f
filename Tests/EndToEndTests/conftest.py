import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from harness import Authority, Proxy, Upstream  # noqa: E402

HOSTS = ("queue.fal.run", "fal.run", "rest.fal.ai", "rest.alpha.fal.ai")


def overrides(url):
    """Sends every fal host to `url`."""
    return ",".join(f"{host}={url}" for host in HOSTS)


@pytest.fixture
def upstream():
    """Starts fake upstreams: upstream(serve, tls=…)."""
    started = []

    def start(serve=None, **options):
        started.append(Upstream(serve, **options))
        return started[-1]

    yield start
    for one in started:
        one.stop()


@pytest.fixture
def proxy():
    """Starts proxies: proxy(upstream, setting=value…); each is stopped and its output searched for the key."""
    started = []

    def start(to=None, *arguments, **options):
        if to is not None:
            options.setdefault("origin_overrides", overrides(to.url))
        started.append(Proxy(*arguments, **options))
        return started[-1]

    yield start
    for one in started:
        one.kill()
    for one in started:
        one.assert_clean()


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("ca"))
