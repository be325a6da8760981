"""Parts in an object store: a local server that speaks S3 takes its place."""

import os

import pytest

from riskmodel.engines.choose import EngineChoice, open_engine
from riskmodel.engines.places import open_place
from riskmodel.errors import RiskmodelError, WrongUsage

moto = pytest.importorskip("moto.server", reason="needs moto and s3fs: pip install moto[server] s3fs")
s3fs = pytest.importorskip("s3fs", reason="needs moto and s3fs: pip install moto[server] s3fs")
pytestmark = pytest.mark.filterwarnings("default")  # what these libraries deprecate is theirs


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch):
    """The address of a folder in a bucket that is there; workers find the server by their environment."""
    server = moto.ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "made-up",
        "AWS_SECRET_ACCESS_KEY": "made-up",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    s3fs.S3FileSystem.clear_instance_cache()
    name = f"bucket-{os.urandom(4).hex()}"  # the server keeps what an earlier test made
    s3fs.S3FileSystem().mkdir(name)
    yield f"s3://{name}/job/parts"
    server.stop()
    s3fs.S3FileSystem.clear_instance_cache()


def given(calls, behaviour=None, number=5):
    return ((n, (behaviour or {}).get(n, ""), str(calls)) for n in range(number))


def test_a_store_gives_back_what_was_put(bucket):
    place = open_place(bucket)
    assert place.notes() == []
    with pytest.raises(FileNotFoundError):
        place.read("results/a")
    place.write("results/a", b"1")
    place.note("k", '{"one": 1}')
    assert (place.read("results/a"), open_place(bucket).notes()) == (b"1", ['{"one": 1}'])
    place.remove("results")
    place.remove("results")
    with pytest.raises(FileNotFoundError):
        open_place(bucket).read("results/a")


def test_parts_in_a_store_give_the_same_and_a_restart_skips_what_is_done(bucket, tmp_path):
    from engine_works import SQUARE

    calls = tmp_path / "calls"
    calls.mkdir()
    choice = EngineChoice("local:1", bucket)
    with pytest.raises(RiskmodelError, match="number 3"), open_engine(choice) as engine:
        list(engine.map(SQUARE, given(calls, {3: "raise"}), (1,)))
    assert len(list(calls.iterdir())) == 4
    with open_engine(choice) as engine:
        found = [rows["square"].item() for rows in engine.map(SQUARE, given(calls), (1,))]
    assert found == [n * n + 1 for n in range(5)]
    # Part 3 came again, as another one, and part 4 for the first time.
    assert len(list(calls.iterdir())) == 6


def test_a_bucket_that_is_not_there_is_said_in_a_sentence(bucket):
    choice = EngineChoice("local:1", "s3://other-bucket/parts")
    with pytest.raises(WrongUsage, match="cannot be written") as caught, open_engine(choice):
        pass
    assert len(str(caught.value)) <= 400


def test_a_store_of_no_known_kind_is_said_in_a_sentence():
    with pytest.raises(WrongUsage, match="cannot be used"):
        open_place("nonsense://bucket/parts")
