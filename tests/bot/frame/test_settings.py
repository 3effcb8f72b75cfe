"""All settings at once: what is read, what is refused, and that every one is documented with its true default."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from bot.frame.env_file import _parse
from bot.frame.settings import SETTINGS, LogFormat, LogLevel, Settings, SettingsError, StrangersPlan

ROOT = Path(__file__).parents[3]
TOKEN = "MTE5OTk5OTk5OTk5OTk5OTk5.sandbx.0123456789abcdef0123456789"
EXAMPLE = (ROOT / ".env.example").read_text()


def faults_of(**environ: str) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        Settings.from_env(environ)
    return caught.value.faults


def test_empty_environment_gives_the_defaults() -> None:
    settings = Settings.from_env({})
    assert settings == Settings()
    assert settings.uses_sandbox
    assert settings.database == Path("data/atelier.sqlite")
    assert settings.sandbox_state == Path("data/sandbox.sqlite")


def test_empty_value_means_the_default() -> None:
    assert Settings.from_env({setting.name: " " for setting in SETTINGS}) == Settings()


def test_every_setting_can_be_set() -> None:
    settings = Settings.from_env(
        {
            "DISCORD_TOKEN": TOKEN,
            "DISCORD_BASE_URL": "http://127.0.0.1:9/",
            "ATELIER_DATA": "elsewhere",
            "ATELIER_MODEL": "swatch",
            "ATELIER_MODELS": "hub",
            "ATELIER_ADAPTERS": "styles",
            "ATELIER_CATALOGS": "one.toml,two.toml",
            "ATELIER_ENCODERS": "clip",
            "ATELIER_UPSCALER": "net.safetensors",
            "ATELIER_ENGINE_DEVICE": "cpu",
            "ALLOWED_SERVERS": "112233445566778899",
            "STRANGERS_PLAN": "open",
            "ATELIER_PLANS": "plans.toml",
            "ATELIER_STRIPE_SECRET": "whsec_0123456789abcdef",
            "ATELIER_WEBHOOK_HOST": "0.0.0.0",
            "ATELIER_WEBHOOK_PORT": "9000",
            "OWNERS": "112233445566778890",
            "ATELIER_IMAGE_HOSTS": "upload.wikimedia.org",
            "NOTIFY_AFTER_SECONDS": "30",
            "PREVIEW_SECONDS": "1.5",
            "GALLERY_PORT": "8790",
            "GALLERY_HOST": "0.0.0.0",
            "GALLERY_URL": "https://gallery.example.org/",
            "DISCORD_CLIENT_ID": "112233445566778891",
            "DISCORD_CLIENT_SECRET": "a-client-secret-of-tests",
            "ATELIER_SWATCH_SECONDS": "0.5",
            "LOG_LEVEL": "debug",
            "LOG_FORMAT": "json",
            "SANDBOX_HOST": "localhost",
            "SANDBOX_PORT": "0",
        }
    )
    changed = [each.name for each in dataclasses.fields(Settings) if getattr(settings, each.name) == each.default]
    assert changed == []
    assert (settings.strangers_plan, settings.log_level) == (StrangersPlan.OPEN, LogLevel.DEBUG)
    assert settings.log_format is LogFormat.JSON
    assert settings.engine.models == Path("hub")
    assert settings.engine.catalogs == (Path("one.toml"), Path("two.toml"))
    assert settings.engine.encoders == Path("clip")
    assert settings.engine.upscaler == Path("net.safetensors")
    assert settings.engine.device == "cpu"
    assert settings.engine.preview_seconds == 1.5
    assert settings.engine.swatch_seconds == 0.5
    assert Settings().engine.device is None


def test_all_wrong_values_are_told_at_once() -> None:
    faults = faults_of(DISCORD_TOKEN="secret-but-no-token", LOG_LEVEL="loud", SANDBOX_PORT="http", OWNERS="ada")
    assert [fault.split()[0] for fault in faults] == ["DISCORD_TOKEN", "OWNERS", "LOG_LEVEL", "SANDBOX_PORT"]
    assert all(fault.endswith((".", ").")) for fault in faults)
    assert "secret-but-no-token" not in "".join(faults)


def test_unknown_name_is_told_with_the_nearest_known_one() -> None:
    (slip, stranger) = faults_of(DISCORD_TOKN=TOKEN, ATELIER_BRUSHES="9", HOME="1", OWNER="2")
    assert slip == "DISCORD_TOKN is no setting. Did you mean DISCORD_TOKEN?"
    assert stranger.startswith("ATELIER_BRUSHES is no setting. Known are: DISCORD_TOKEN, ")


def test_address_without_a_token_is_refused() -> None:
    assert faults_of(DISCORD_BASE_URL="http://127.0.0.1:9") == (
        "DISCORD_BASE_URL is set without DISCORD_TOKEN; set the token of a bot there as well.",
    )


def test_two_parts_of_the_bot_that_would_listen_on_one_port_are_told_apart_from_another_program() -> None:
    assert faults_of(GALLERY_PORT="8787") == (
        "GALLERY_PORT and SANDBOX_PORT are both 8787; give one of them another port.",
    )
    everywhere = {"DISCORD_TOKEN": TOKEN, "GALLERY_PORT": "8788", "GALLERY_HOST": "0.0.0.0"}
    assert faults_of(**everywhere, ATELIER_STRIPE_SECRET="whsec_0123456789abcdef") == (
        "GALLERY_PORT and ATELIER_WEBHOOK_PORT are both 8788; give one of them another port.",
    )
    assert Settings.from_env(everywhere).gallery_port == 8788  # without Stripe nothing else listens there
    assert Settings.from_env({"GALLERY_PORT": "8787", "SANDBOX_HOST": "127.0.0.2"}).gallery_port == 8787


def test_token_is_never_shown() -> None:
    assert TOKEN not in repr(Settings.from_env({"DISCORD_TOKEN": TOKEN}))


def test_servers_are_allowed_as_the_operator_says_and_always_on_a_discord_of_its_own() -> None:
    named = Settings.from_env({"DISCORD_TOKEN": TOKEN, "ALLOWED_SERVERS": "112233445566778899"})
    assert named.allows(112233445566778899)
    assert not named.allows(112233445566778800)
    assert not Settings.from_env({"DISCORD_TOKEN": TOKEN}).allows(112233445566778899)
    assert Settings().allows(112233445566778899)


def test_environment_wins_over_the_file_and_others_variables_reach_them(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("ATELIER_MODEL=sdxl\nLOG_LEVEL=debug\nHF_TOKEN=hf_file\nCUDA_VISIBLE_DEVICES=1\n")
    environ = {"ATELIER_MODEL": "swatch"}
    settings = Settings.load(environ, path)
    assert (settings.model, settings.log_level) == ("swatch", LogLevel.DEBUG)
    assert environ["HF_TOKEN"] == "hf_file"
    assert environ["CUDA_VISIBLE_DEVICES"] == "1"


def test_mistakes_in_the_file_are_told_together_with_wrong_values(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("OWNER=112233445566778899\njust words\nLOG_LEVEL=loud\nATELIER_DATTA=x\n")
    with pytest.raises(SettingsError) as caught:
        Settings.load({}, path)
    line, slip, strange, value = caught.value.faults
    assert line == f"{path}, line 2, is no setting; write NAME=value, or begin a comment with #."
    assert slip == f"{path}, line 1, sets OWNER, which is no setting. Did you mean OWNERS?"
    assert strange == "ATELIER_DATTA is no setting. Did you mean ATELIER_DATA?"
    assert value.startswith("LOG_LEVEL is 'loud'")


@pytest.mark.parametrize(
    ("environ", "address"),
    [
        ({}, ""),
        ({"GALLERY_URL": "https://gallery.example.org"}, ""),
        ({"GALLERY_PORT": "8790"}, "http://127.0.0.1:8790"),
        ({"GALLERY_PORT": "8790", "GALLERY_HOST": "0.0.0.0"}, "http://127.0.0.1:8790"),
        ({"GALLERY_PORT": "8790", "GALLERY_URL": "https://gallery.example.org/"}, "https://gallery.example.org"),
    ],
)
def test_the_windows_address_is_told_where_members_could_open_it(environ: dict[str, str], address: str) -> None:
    assert Settings.from_env(environ).window_url == address
    abroad = dataclasses.replace(Settings.from_env(environ), token="a token of Discord's")
    assert abroad.window_url == (address if address.startswith("https") else "")


def test_a_window_below_a_path_whose_links_would_all_lead_elsewhere_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"GALLERY_URL is .*which has a path"):
        Settings.from_env({"GALLERY_PORT": "8790", "GALLERY_URL": "https://example.org/gallery"})


def test_every_setting_is_in_the_example_with_its_default_and_nothing_else_is() -> None:
    shown = dict(re.findall(r"^# ?([A-Z_]+)=(.*)$", EXAMPLE, re.MULTILINE))
    known = {setting.name: setting.default for setting in SETTINGS}
    assert shown == known | {"HF_TOKEN": "", "HF_ENDPOINT": ""}  # the hub's own tools read these


def test_example_with_every_line_in_force_is_the_same_as_none() -> None:
    file = _parse(Path(".env"), re.sub(r"^# ?([A-Z_]+=)", r"\1", EXAMPLE, flags=re.MULTILINE))
    assert file.faults == ()
    assert Settings.from_env(file.values) == Settings()
    assert _parse(Path(".env"), EXAMPLE).values == {}


def test_example_and_operating_manual_say_what_each_setting_is_about() -> None:
    said = " ".join(line.lstrip("# ") for line in EXAMPLE.splitlines())
    manual = (ROOT / "docs" / "operating.md").read_text()
    for setting in SETTINGS:
        assert setting.about in said, setting.name
        default = f"`{setting.default}`" if setting.default else "–"
        assert f"| `{setting.name}` | {default} | {setting.about} |" in manual, setting.name
