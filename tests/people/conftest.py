import pytest

from manekko.people.tracker import Networks


@pytest.fixture(scope="session")
def networks(weights_folder) -> Networks:
    return Networks.load(frozenset({"body", "hands", "face"}))
