"""The comparisons that Manekko is judged by, each run by one command: ``manekko bench NAME``."""

from manekko.bench.run import run

__all__ = ["run"]
