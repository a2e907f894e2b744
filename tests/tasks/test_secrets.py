"""Secrets: from the environment or from a block, and never told."""

import pytest

from regions.errors import UsageError
from regions.transport import Secret
from tasks.secrets import read_secret


def test_a_secret_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONE_SECRET", " as it stands ")
    assert read_secret(Secret(env="ONE_SECRET")) == " as it stands "


@pytest.mark.parametrize("value", [None, ""])
def test_one_that_is_not_set_is_told_by_its_name(value: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ONE_SECRET", raising=False)
    if value is not None:
        monkeypatch.setenv("ONE_SECRET", value)
    with pytest.raises(UsageError, match="The secret ONE_SECRET is not set") as caught:
        read_secret(Secret(env="ONE_SECRET"))
    assert caught.value.exit_code == 2


@pytest.mark.slow
@pytest.mark.xdist_group("prefect")
def test_a_secret_of_a_block() -> None:
    from prefect.blocks.system import Secret as Block
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness():
        Block(value="hemligt").save("region-alfa")
        assert read_secret(Secret(block="region-alfa")) == "hemligt"
        with pytest.raises(UsageError, match="There is no Secret block region-beta") as caught:
            read_secret(Secret(block="region-beta"))
    assert caught.value.__suppress_context__
