"""A command that works in several processes ends when one of them is lost; it never waits for it."""

import os
import warnings
from collections.abc import Iterator

import pytest

from riskmodel.errors import WorkerLost
from riskmodel.operations.workers import in_processes


def _square(number: int) -> int:
    return number * number


def _die(number: int) -> int:
    if number == 5:
        os._exit(1)
    return number


def _fail(number: int) -> int:
    raise ValueError(f"no {number}")


@pytest.mark.parametrize("jobs", [1, 2])
def test_answers_come_in_the_order_of_the_arguments(jobs: int) -> None:
    assert list(in_processes(_square, ((n,) for n in range(20)), jobs)) == [n * n for n in range(20)]
    assert list(in_processes(_square, [], jobs)) == []


@pytest.mark.timeout(60)
def test_a_worker_that_is_killed_ends_the_work_with_one_sentence() -> None:
    with pytest.raises(WorkerLost, match=r"A worker process ended .* smaller --jobs"):
        list(in_processes(_die, ((n,) for n in range(50)), 2))
    assert list(in_processes(_square, [(3,)], 2)) == [9], "the next work gets new processes"


def test_an_error_of_the_work_itself_is_raised_as_it_is() -> None:
    with pytest.raises(ValueError, match="no 1"):
        list(in_processes(_fail, [(1,)], 2))


@pytest.mark.timeout(60)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_work_ends_where_the_thread_that_manages_the_workers_has_ended(monkeypatch) -> None:
    from joblib.externals.loky import process_executor, reusable_executor

    def ends(self: object) -> None:
        raise UserWarning("A worker stopped")

    reusable_executor.get_reusable_executor().shutdown(kill_workers=True)
    monkeypatch.setattr(process_executor._ExecutorManagerThread, "wait_result_broken_or_wakeup", ends)
    with pytest.raises(WorkerLost):
        list(in_processes(_square, ((n,) for n in range(20)), 2))
    monkeypatch.undo()
    assert list(in_processes(_square, [(3,)], 2)) == [9]


def test_a_worker_that_idled_out_is_no_error_where_warnings_are_errors() -> None:
    """The warning is given in the manager's thread, for which an error would be the end."""

    def arguments() -> Iterator[tuple[int]]:
        with pytest.raises(UserWarning, match="other"):
            warnings.warn("some other warning", UserWarning, stacklevel=1)
        warnings.warn("A worker stopped while some jobs were given to it", UserWarning, stacklevel=1)
        yield (2,)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert list(in_processes(_square, arguments(), 2)) == [4]
