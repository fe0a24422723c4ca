"""How commands import: the garbage collector rests meanwhile, works afterwards, and what is kept is kept once."""

from __future__ import annotations

import gc

import pytest

from dlfb_helpers.cli.loading import loading


@pytest.fixture
def nothing_frozen():
    gc.unfreeze()
    yield
    gc.unfreeze()


def test_collector_rests_while_libraries_load_and_leaves_them_alone_afterwards(nothing_frozen):
    with loading():
        assert not gc.isenabled()
        library = [[] for _ in range(1000)]
    assert gc.isenabled() and gc.get_freeze_count() >= len(library)
    assert all(each is not library[0] for each in gc.get_objects())


def test_second_command_of_a_process_freezes_nothing(nothing_frozen):
    with loading():
        pass
    frozen = gc.get_freeze_count()
    with loading():
        garbage = [[] for _ in range(1000)]
    assert gc.get_freeze_count() <= frozen
    assert any(each is garbage[0] for each in gc.get_objects())


def test_library_that_is_missing_leaves_the_collector_on(nothing_frozen):
    with pytest.raises(ModuleNotFoundError), loading():
        raise ModuleNotFoundError("No module named 'torch'")
    assert gc.isenabled() and not gc.get_freeze_count()
