"""How each kind of setting is read, and what is said of a wrong one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.frame import setting_kinds as kinds

TOKEN = "MTE5OTk5OTk5OTk5OTk5OTk5.sandbx.0123456789abcdef0123456789"
READERS: list[Callable[[str], object]] = [
    kinds.as_token,
    kinds.as_base_url,
    kinds.as_site_url,
    kinds.as_path,
    kinds.as_paths,
    kinds.as_model,
    kinds.as_device,
    kinds.as_host,
    kinds.as_hosts,
    kinds.as_ids,
    kinds.as_servers,
    kinds.as_whole(0, 100),
    kinds.as_seconds(0, 100),
]


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (kinds.as_token, TOKEN, TOKEN),
        (kinds.as_base_url, "http://127.0.0.1:8787/", "http://127.0.0.1:8787"),
        (kinds.as_base_url, "https://stand.in/discord", "https://stand.in/discord"),
        (kinds.as_site_url, "https://gallery.example.org:8443/", "https://gallery.example.org:8443"),
        (kinds.as_path, "~/pictures", Path("~/pictures").expanduser()),
        (kinds.as_folder_or_none, "", None),
        (kinds.as_paths, "one.toml, two.toml,", (Path("one.toml"), Path("two.toml"))),
        (kinds.as_model, "sd3.5-medium", "sd3.5-medium"),
        (kinds.as_device, "CUDA:1", "cuda:1"),
        (kinds.as_host, "0.0.0.0", "0.0.0.0"),
        (kinds.as_hosts, "Upload.Wikimedia.org, example.com,", ("upload.wikimedia.org", "example.com")),
        (kinds.as_ids, "112233445566778899, 998877665544332211", {112233445566778899, 998877665544332211}),
        (kinds.as_whole(0, 9), "9", 9),
        (kinds.as_seconds(0.5, 60), "1.5", 1.5),
        (kinds.as_one_of(Colour), "RED", Colour.RED),
    ],
)
def test_right_value_is_read_as_what_it_means(read: Callable[[str], object], text: str, value: object) -> None:
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "text", "said"),
    [
        (kinds.as_token, "Bot " + TOKEN, "write the token alone"),
        (kinds.as_token, "0123456789abcdef0123456789abcdef", "A client secret or a public key is something else"),
        (kinds.as_base_url, "127.0.0.1:8787", "write it as http://127.0.0.1:8787"),
        (kinds.as_base_url, "http://host:99999", "is no address"),
        (kinds.as_site_url, "https://example.org/gallery", "which has a path"),
        (kinds.as_base_url, "http://[::1", "is no address"),
        (kinds.as_path, "~nobody-of-that-name/x", "write the whole path"),
        (kinds.as_path, "a\0b", "is no path"),
        (kinds.as_model, "../weights", "--list-models"),
        (kinds.as_device, "gpu", "use auto, none, cpu, mps, cuda"),
        (kinds.as_host, "[::1]", "IPv4"),
        *(
            (kinds.as_hosts, wrong, "join whole names of hosts")
            for wrong in ("127.0.0.1", "2130706433", "0x7f.1", "*.org")
        ),
        *((kinds.as_hosts, wrong, "join whole names of hosts") for wrong in ("localhost", "a..org", "https://a.org")),
        (kinds.as_ids, "ada", "Copy ID"),
        (kinds.as_ids, "99999999999999999999", "is no id"),
        (kinds.as_servers, "*, 112233445566778899", "use * alone"),
        (kinds.as_whole(0, 9), "10", "from 0 to 9"),
        (kinds.as_whole(0, 9), "-1", "from 0 to 9"),
        (kinds.as_whole(0, 9), "٣", "from 0 to 9"),
        (kinds.as_seconds(0.5, 60), "nan", "from 0.5 to 60"),
        (kinds.as_seconds(0.5, 60), "inf", "from 0.5 to 60"),
        (kinds.as_one_of(Colour), "green", "use one of red, blue"),
    ],
)
def test_wrong_value_is_refused_with_its_remedy(read: Callable[[str], object], text: str, said: str) -> None:
    with pytest.raises(ValueError) as caught:
        read(text)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("read", "secret"), [(kinds.as_token, "Bot hunter2hunter2"), (kinds.as_base_url, "http://a:hunter2@b")]
)
def test_secret_is_not_repeated_in_what_is_said_of_it(read: Callable[[str], object], secret: str) -> None:
    with pytest.raises(ValueError) as caught:
        read(secret)
    assert "hunter2" not in str(caught.value)


def test_list_of_servers_knows_whom_it_names() -> None:
    assert 112233445566778899 in kinds.as_servers("112233445566778899")
    assert 112233445566778899 not in kinds.as_servers("")
    assert 112233445566778899 in kinds.as_servers(" * ")


@given(st.sampled_from(READERS), st.text(max_size=60))
def test_any_text_is_read_or_refused_and_never_breaks_a_reader(read: Callable[[str], object], text: str) -> None:
    with suppress(ValueError):
        read(text)


@pytest.mark.parametrize("text", ["open sesame", "whsec_", "sk_live_0123456789abcdef", "whsec_0123456789 abcdef"])
def test_what_is_no_signing_secret_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(ValueError, match="begins with whsec_") as caught:
        kinds.as_stripe_secret(text)
    assert text not in str(caught.value) or text == "whsec_"
    assert kinds.as_stripe_secret("") == ""
