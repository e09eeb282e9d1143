"""The command line as another program sees it: exit codes, one document on stdout, no stack trace."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import jwt
import pytest

from stack import cli, secrets
from stack.doctor import doctor, embeddings_in
from stack.errors import StackError
from stack.paths import ROOT, Paths
from stack.settings import load, process_environment
from stack.setup import redis_steps

pytestmark = pytest.mark.service


def frontdesk(var: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = process_environment(load(var_dir=var)) | more
    return subprocess.run(
        [sys.executable, "-P", "-m", "stack", *arguments],
        env=environment, cwd="/", capture_output=True, text=True, timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize(
    "arguments",
    [
        ["nothing-like-it"], ["up", "--port", "many"], ["up", "--prot", "1"], ["token"], ["up", "extra"],
        ["token", "--customer", ""], ["token", "--customer", "c", "--ttl", "0"], ["knowledge", "ask"],
    ],
)  # fmt: skip
def test_wrong_use_exits_2(arguments: list[str], tmp_path: Path) -> None:
    done = frontdesk(tmp_path, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr


def test_a_wrong_setting_exits_2(tmp_path: Path) -> None:
    done = frontdesk(tmp_path, "doctor", "--json", FRONTDESK_PORT="none")
    assert done.returncode == 2
    assert "FRONTDESK_PORT" in json.loads(done.stdout)["error"]


def test_token_prints_the_token_and_nothing_else(tmp_path: Path) -> None:
    done = frontdesk(tmp_path, "token", "--customer", "cust-7", "--ttl", "60")
    assert (done.returncode, done.stderr) == (0, "")
    secret = secrets.read(Paths(tmp_path).secrets, "identity_secret").get_secret_value()
    claims = jwt.decode(done.stdout.strip(), secret, algorithms=["HS256"], audience="frontdesk-widget")
    assert (claims["sub"], claims["exp"] - claims["iat"]) == ("cust-7", 60)


def test_doctor_prints_one_document_with_a_remedy_for_each_complaint(tmp_path: Path) -> None:
    done = frontdesk(tmp_path, "doctor", "--json")
    report = json.loads(done.stdout)
    assert done.returncode == (0 if report["healthy"] else 1)
    assert {"port", "disk", "secrets", "redis", "sentence embeddings"} <= {check["name"] for check in report["checks"]}
    assert all(check["remedy"] for check in report["checks"] if check["level"] != "good")


def test_doctor_finds_what_is_wrong(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    paths.create()
    secrets.create_missing(paths.secrets)
    (paths.secrets / "door_secret").chmod(0o644)
    done = frontdesk(tmp_path, "doctor", "--json")
    levels = {check["name"]: check["level"] for check in json.loads(done.stdout)["checks"]}
    assert done.returncode == 1
    assert levels["secrets"] == "problem"


def test_doctor_looks_at_the_disk_of_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    done = frontdesk(tmp_path / "not" / "made" / "yet", "doctor", "--json")
    (disk,) = [check for check in json.loads(done.stdout)["checks"] if check["name"] == "disk"]
    assert "free" in disk["found"]
    assert not (tmp_path / "not").exists()


def test_doctor_takes_no_offence_at_what_up_would_fetch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The wheel with a Redis is not made for every Python that hosts the product."""

    def nowhere(*_: object) -> None:
        raise StackError("none")

    monkeypatch.setattr("stack.redis_server.find_server", nowhere)
    settings = load(var_dir=tmp_path, env_file=tmp_path / ".env", redis_url="")
    assert [step.name for step in redis_steps(settings)] == ["redis-server"]
    doctor(settings, as_json=True)
    (redis,) = [check for check in json.loads(capsys.readouterr().out)["checks"] if check["name"] == "redis"]
    assert (redis["level"], redis["remedy"]) == ("warning", "./frontdesk up fetches one, with a network.")


def test_doctor_knows_a_model_file_that_was_changed(tmp_path: Path) -> None:
    assert embeddings_in(tmp_path).level == "warning"
    model = tmp_path / "model.int8.onnx"
    model.write_bytes(b"weights")
    digest = hashlib.sha256(b"weights").hexdigest()
    (tmp_path / "manifest.json").write_text(json.dumps({"model_sha256": digest}))
    assert embeddings_in(tmp_path).level == "good"
    model.write_bytes(b"Weights")
    assert embeddings_in(tmp_path).level == "problem"


def test_the_unexpected_becomes_a_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def broken(**_: object) -> None:
        raise ZeroDivisionError("where is my parcel")

    monkeypatch.setattr(cli, "load", broken)
    monkeypatch.setattr(cli.logging, "configure", lambda *_: None)
    assert cli.main(["doctor", "--json"]) == 1
    printed = capsys.readouterr()
    assert "ZeroDivisionError" in json.loads(printed.out)["error"]
    assert "parcel" not in printed.out + printed.err
    assert len(printed.err.splitlines()) == 1
    assert "parcel" not in (ROOT / "var" / "log" / "frontdesk.log").read_text()


def test_commands_that_are_listed_have_help(tmp_path: Path) -> None:
    listed = frontdesk(tmp_path, "--help").stdout
    for name in ("up", "test", "doctor", "demo", "token", "train", "knowledge"):
        assert name in listed
        assert frontdesk(tmp_path, name, "--help").returncode == 0


def test_logs_never_mix_with_the_answer(tmp_path: Path) -> None:
    done = frontdesk(tmp_path, "knowledge", "reindex", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["passages"] == 0
    failed = frontdesk(tmp_path, "knowledge", "import", str(tmp_path / "none"), "--json")
    assert failed.returncode == 2
    assert set(json.loads(failed.stdout)) == {"error"}
