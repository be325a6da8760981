"""The key is in no output, no file of the store, no address and no traceback, however a fetch ends."""

import json

import pytest
from runs_of_fetch import command, small_world, weather
from standins import KEY, faults
from standins.exchange import json_answer, redirect

DATA = "^comtrade GET /data/"
# As sent by a caller who puts more into a key than letters: in addresses it would look otherwise.
ODD = "made+up/key=with&signs%41"


class Echoes(faults.Fault):
    """The key comes back in a right-looking answer."""

    def answered(self, request, response, turn):
        record = json.loads(response.body) | {"asked": request.header("Ocp-Apim-Subscription-Key")}
        return json_answer(record)


class ErrorWithKey(faults.Fault):
    """The key comes back as the error of an answer with status 200."""

    def answered(self, request, response, turn):
        return json_answer({"data": [], "error": f"bad key {request.header('Ocp-Apim-Subscription-Key')}"})


class LeadsAway(faults.Fault):
    """A redirect whose address holds the key."""

    def __init__(self, where, to):
        super().__init__(where, None)
        object.__setattr__(self, "to", to)

    def answered(self, request, response, turn):
        return redirect(f"{self.to}?subscription-key={request.header('Ocp-Apim-Subscription-Key')}")


FAULTS = {
    "all is well": lambda _: None,
    "refused with the key": lambda _: faults.KeyInErrorText(times=None),
    "a message with the key": lambda _: faults.KeyInErrorText(status=400, times=None),
    "an error with the key": lambda _: faults.KeyInErrorText(status=500, times=None),
    "quota with the key": lambda _: faults.KeyInErrorText(status=403, times=None),
    "an answer with the key": lambda _: Echoes(DATA, times=None),
    "an error field with the key": lambda _: ErrorWithKey(DATA, times=None),
    "a redirect with the key": lambda s: LeadsAway(DATA, f"{s.url('elsewhere')}/x"),
    "a redirect to a host named by the key": lambda _: LeadsAway(DATA, f"http://{KEY}.example/x"),
    "a cut": lambda _: faults.CutAt(DATA, times=None, byte=30),
}


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("options", [["--debug", "--verbose"], ["--json"]], ids=["traceback", "json"])
def test_it_is_nowhere(monkeypatch, tmp_path, name, options):
    with weather(monkeypatch, small_world(), "comtrade") as sources:
        monkeypatch.setenv("COMTRADE_API_KEY", KEY)
        if (fault := FAULTS[name](sources)) is not None:
            sources.on(fault)
        store = tmp_path / "s"
        span = ["--since", "2024-01", "--until", "2024-01", "--store", store]
        ended = command(*options, "fetch", "comtrade", *span)
        out, err = ended.communicate(timeout=120)
        assert ended.returncode == (0 if name == "all is well" else 1 if "--debug" in options else 6), err
        assert KEY not in out + err
        for path in store.rglob("*"):
            assert not path.is_file() or KEY.encode() not in path.read_bytes(), path.name
        assert not sources.record.addresses_with(KEY) and sources.record.hosts_that_saw(KEY) == {"comtrade"}


@pytest.mark.parametrize("words", [["fetch", "starter", "--plan"], ["doctor", "--store", "s"]])
def test_nor_in_what_calls_no_one(monkeypatch, tmp_path, run, words):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COMTRADE_API_KEY", KEY)
    ended = run(words)
    assert KEY not in ended.out + ended.err and ended.out


def test_nor_in_the_traceback_of_an_unexpected_error(monkeypatch, tmp_path, run):
    def broken(*_, **__):
        raise RuntimeError(f"no connection with {ODD} or made%2Bup%2Fkey%3Dwith%26signs%2541")

    monkeypatch.setenv("COMTRADE_API_KEY", ODD)
    monkeypatch.setattr("riskmodel.fetch.client.Client._once", broken)
    ended = run(["fetch", "ecb", "--store", tmp_path / "s"])
    assert ended.code == 1 and "no connection with *** or ***" in ended.err


def test_a_key_comes_from_a_file_too_and_a_wrong_one_is_not_repeated(monkeypatch, tmp_path, run):
    (tmp_path / "key").write_text(f"{KEY}\n")
    with weather(monkeypatch, small_world(), "comtrade") as sources:
        monkeypatch.setenv("COMTRADE_API_KEY_FILE", str(tmp_path / "key"))
        words = ["fetch", "comtrade", "--since", "2024-01", "--until", "2024-01", "--store", tmp_path / "s"]
        assert run(words).code == 0 and sources.record.hosts_that_saw(KEY) == {"comtrade"}
    monkeypatch.setenv("COMTRADE_API_KEY", "a key")
    ended = run(words)
    assert ended.code == 2 and "a key with" not in ended.err and "COMTRADE_API_KEY" in ended.err
