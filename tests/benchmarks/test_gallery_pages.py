"""The benchmark of the gallery's pages in its shortest form: each kind of page is asked for, and told."""

from __future__ import annotations

import json

import pytest

from benchmarks.gallery_pages import main, pages


@pytest.mark.alone
def test_each_page_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--pictures", "200", "--repeats", "1"]) == 0
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert found["pictures"] == 200
    assert set(found["p95_seconds"]) == set(pages(200))
    assert all(seconds > 0 for seconds in found["p95_seconds"].values())
