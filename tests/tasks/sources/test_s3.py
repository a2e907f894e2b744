"""Deliveries in a bucket: from a real server that answers as S3 does, whole even where the line breaks."""

import random
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from servers import LOOPBACK, CutLine, free_port

from regions.errors import HemvardError, UnreachableError, UsageError
from regions.month import Month
from regions.transport import S3Transport
from tasks.sources.offered import Offered, StartAnew
from tasks.sources.s3 import S3Source

pytestmark = pytest.mark.slow
CONTENT = random.Random(8).randbytes(3_000_000)
NAME = "besok_202401_1.txt"
OFFERED = Offered(Month(2024, 1), 1, NAME)
SECRET = "a-secret-key-of-a-bucket"


@pytest.fixture
def bucket(s3_address: tuple[str, int], monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A new bucket."""
    import boto3

    monkeypatch.setenv("BUCKET_KEY", "access")
    monkeypatch.setenv("BUCKET_SECRET", SECRET)
    session = boto3.session.Session(aws_access_key_id="access", aws_secret_access_key=SECRET)
    store = session.resource("s3", endpoint_url=f"http://{LOOPBACK}:{s3_address[1]}", region_name="eu-north-1")
    made = store.create_bucket(
        Bucket=f"b{uuid.uuid4().hex[:12]}", CreateBucketConfiguration={"LocationConstraint": "eu-north-1"}
    )
    yield made
    store.meta.client.close()


def source(bucket_made: Any, port: int, **changes: Any) -> S3Source:
    given = {
        "kind": "s3",
        "bucket": bucket_made.name,
        "prefix": "till-regionen/",
        "endpoint_url": f"http://{LOOPBACK}:{port}",
        "region": "eu-north-1",
        "access_key": {"env": "BUCKET_KEY"},
        "secret_key": {"env": "BUCKET_SECRET"},
        "file_name": "besok_{month}_{version}.txt",
        "timeout_seconds": 10,
    }
    return S3Source(S3Transport.model_validate({**given, **changes}))


def put(bucket: Any, name: str, content: bytes) -> str:
    return str(bucket.put_object(Key=f"till-regionen/{name}", Body=content).e_tag)


def test_what_is_listed_and_what_is_strange(bucket: Any, s3_address: tuple[str, int]) -> None:
    tags = {name: put(bucket, name, name.encode()) for name in (NAME, "besok_202312_2.txt", "annat.txt")}
    for name in (".besok_202402_1.txt", "old/besok_202401_1.txt", "../besok_202404_1.txt"):
        put(bucket, name, b"x")
    bucket.put_object(Key="besok_202405_1.txt", Body=b"outside the prefix")
    own = source(bucket, s3_address[1])
    assert own.list_offered() == [
        Offered(Month(2023, 12), 2, "besok_202312_2.txt", tags["besok_202312_2.txt"]),
        Offered(Month(2024, 1), 1, NAME, tags[NAME]),
    ]
    assert own.strange() == 1
    assert own.describe() == f"s3://{bucket.name}/till-regionen/ at http://{LOOPBACK}:{s3_address[1]}"


def test_more_objects_than_a_page_of_the_list(bucket: Any, s3_address: tuple[str, int]) -> None:
    from moto.s3.models import s3_backends

    months = [Month(1940, 1).plus(number) for number in range(1005)]
    for month in months:  # straight into the server's store: over HTTP it takes half a minute
        backend = s3_backends["123456789012"]["aws"]
        backend.put_object(bucket.name, f"till-regionen/besok_{month.compact}_1.txt", b"x")
    assert [entry.month for entry in source(bucket, s3_address[1]).list_offered()] == months


def test_a_line_that_is_cut_is_gone_on_with(bucket: Any, s3_address: tuple[str, int]) -> None:
    put(bucket, NAME, CONTENT)
    with CutLine((LOOPBACK, s3_address[1])) as line:
        line.cut_after(1_500_000)
        pieces = list(source(bucket, line.port).fetch(OFFERED))
        assert line.cuts == 1
    assert b"".join(pieces) == CONTENT
    assert len(pieces[0]) == 2**20


def test_an_object_that_is_replaced_meanwhile_starts_anew(bucket: Any, s3_address: tuple[str, int]) -> None:
    put(bucket, NAME, CONTENT)
    with CutLine((LOOPBACK, s3_address[1])) as line:
        line.cut_after(1_500_000)
        pieces = source(bucket, line.port).fetch(OFFERED)
        next(pieces)
        put(bucket, NAME, CONTENT[::-1])
        with pytest.raises(StartAnew):
            list(pieces)
        assert b"".join(source(bucket, line.port).fetch(OFFERED)) == CONTENT[::-1]


def refused(own: S3Source, kind: type[HemvardError], told: str) -> None:
    with pytest.raises(kind, match=told) as caught:
        own.list_offered()
    assert caught.value.where.startswith("s3://")
    assert SECRET not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None, "no text of a library is told"


def test_a_bucket_that_is_not_there(bucket: Any, s3_address: tuple[str, int]) -> None:
    refused(
        source(bucket, s3_address[1], bucket="finns-inte-alls"), UsageError, r"no such bucket or object \(answer 404\)"
    )


def test_nobody_listens(bucket: Any) -> None:
    refused(source(bucket, free_port()), UnreachableError, "can't be reached")


def test_a_secret_that_is_not_set_is_told_by_its_name(
    bucket: Any, s3_address: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BUCKET_SECRET")
    with pytest.raises(UsageError, match="BUCKET_SECRET is not set"):
        source(bucket, s3_address[1]).list_offered()


def test_without_keys_the_machine_s_own_are_used(
    bucket: Any, s3_address: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    put(bucket, NAME, b"content")
    own = source(bucket, s3_address[1], access_key=None, secret_key=None)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    refused(own, UsageError, "no access keys")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "access")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    assert b"".join(own.fetch(OFFERED)) == b"content"
