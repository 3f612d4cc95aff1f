"""The built binary over real sockets: fake upstreams, raw clients, a throw-away CA. Standard library only."""

from .authority import Authority
from .canary import CANARY
from .client import Client, Response, request
from .picture import data_uri, png
from .process import Proxy
from .upstream import Upstream, UpstreamConnection, json_answer, respond
from .waiting import wait_until

__all__ = [
    "Authority", "CANARY", "Client", "Proxy", "Response", "Upstream", "UpstreamConnection",
    "data_uri", "json_answer", "png", "request", "respond", "wait_until",
]
