"""Deliveries in a bucket of S3, or of a store that answers as it does."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from regions.errors import UnreachableError, UsageError
from regions.transport import S3Transport
from tasks.secrets import read_secret
from tasks.sources.named import NamedSource, seen
from tasks.sources.offered import Offered, StartAnew
from tasks.sources.patience import PIECE, patient, resumed

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
_CHANGED = ("412", "PreconditionFailed", "416", "InvalidRange")
_MAY_PASS = 500


class S3Source(NamedSource):
    """The objects under one prefix, stamped by their ETags. Names that begin with a dot are still being written."""

    is_local = False

    def __init__(self, transport: S3Transport) -> None:
        super().__init__(transport)
        self._transport = transport

    def fetch(self, offered: Offered) -> Iterator[bytes]:
        """The object's bytes; StartAnew where it is replaced meanwhile."""
        tags: list[str] = []

        def read_from(position: int) -> Iterator[bytes]:
            with self._in_words():
                wanted: dict[str, Any] = {
                    "Bucket": self._transport.bucket,
                    "Key": self._transport.prefix + offered.name,
                }
                if position:
                    wanted |= {"Range": f"bytes={position}-", "IfMatch": tags[0]}
                answer = self._client().get_object(**wanted)
                tags.append(answer["ETag"])
                with closing(answer["Body"]) as body:
                    yield from body.iter_chunks(PIECE)

        return resumed(read_from, self._transport.attempts)

    def describe(self) -> str:
        """Bucket and prefix, and whose."""
        own = self._transport
        return f"s3://{own.bucket}/{own.prefix}" + (f" at {own.endpoint_url}" if own.endpoint_url else "")

    def _stamps(self) -> dict[str, str]:
        def ask() -> dict[str, str]:
            own, found = self._transport, {}
            with self._in_words():
                pages = self._client().get_paginator("list_objects_v2").paginate(Bucket=own.bucket, Prefix=own.prefix)
                for page in pages:
                    for entry in page.get("Contents", ()):
                        found[entry["Key"].removeprefix(own.prefix)] = entry["ETag"]
            return {name: found[name] for name in seen(found) if name and "/" not in name}

        return patient(ask, self._transport.attempts)

    def _client(self) -> "S3Client":
        import boto3
        from botocore.config import Config

        own = self._transport
        waits = Config(
            connect_timeout=own.timeout_seconds, read_timeout=own.timeout_seconds, retries={"total_max_attempts": 1}
        )
        return boto3.session.Session().client(
            "s3",
            region_name=own.region,
            endpoint_url=own.endpoint_url,
            config=waits,
            aws_access_key_id=read_secret(own.access_key) if own.access_key else None,
            aws_secret_access_key=read_secret(own.secret_key) if own.secret_key else None,
        )

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        """What the library raises, without its texts."""
        from botocore.exceptions import (
            BotoCoreError,
            ClientError,
            HTTPClientError,
            NoCredentialsError,
            NoRegionError,
            PartialCredentialsError,
        )
        from urllib3.exceptions import HTTPError

        try:
            yield
        except (NoCredentialsError, PartialCredentialsError, NoRegionError):
            raise UsageError(
                "There are no access keys for the bucket, or no region is named.",
                where=self.describe(),
                todo="Name access_key and secret_key (and region) under transport, or give this machine a role.",
            ) from None
        except ClientError as error:
            raise self._answered(error.response) from None
        except (BotoCoreError, HTTPClientError, HTTPError, OSError):
            raise self._away() from None

    def _answered(self, response: Any) -> UnreachableError | UsageError:
        code = str(response.get("Error", {}).get("Code", ""))
        status = int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        if code in _CHANGED:
            return StartAnew("The object was replaced while it was fetched.", where=self.describe(), todo="Run again.")
        if status >= _MAY_PASS or code in ("SlowDown", "RequestTimeout", "429"):
            return self._away()
        return UsageError(
            f"The bucket's owner refuses, or has no such bucket or object (answer {status}).",
            where=self.describe(),
            todo="See that bucket, prefix and keys are right, and that the keys may list and read.",
        )

    def _away(self) -> UnreachableError:
        return UnreachableError(
            "The bucket can't be reached, or the connection was cut off.",
            where=self.describe(),
            todo="See that this machine may reach it, then run again.",
        )
