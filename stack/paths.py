"""Where things lie: the checkout, and the run-time state under ``var/``."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LONGEST_SOCKET_PATH = 63  # bytes; the kernel takes 107, and Sanic binds under a name that is 44 longer at first


@dataclass(frozen=True)
class Paths:
    """Every place under ``var``. Folders are made by ``create``, the secret ones readable by their owner alone.

    ``var`` is this installation's state. What is built from the checkout (models, stamps of building) stays in the
    checkout, wherever ``var`` lies.
    """

    var: Path
    built: Path = ROOT / "var"

    @property
    def secrets(self) -> Path:
        return self.var / "secrets"

    @property
    def first_sign_in(self) -> Path:
        """The first administrator's e-mail and first password."""
        return self.secrets / "first_sign_in"

    @property
    def models(self) -> Path:
        return self.built / "models"

    @property
    def minilm(self) -> Path:
        return self.models / "minilm"

    @property
    def rasa(self) -> Path:
        return self.models / "rasa"

    @property
    def index(self) -> Path:
        return self.var / "index"

    @property
    def databases(self) -> Path:
        return self.var / "db"

    @property
    def redis(self) -> Path:
        return self.var / "redis"

    @property
    def uploads(self) -> Path:
        """Files that customers attached. Several machines share this folder."""
        return self.var / "uploads"

    @property
    def portraits(self) -> Path:
        return self.var / "portraits"

    @property
    def log(self) -> Path:
        return self.var / "log"

    @property
    def mail(self) -> Path:
        return self.var / "mail"

    @property
    def stamps(self) -> Path:
        """Stamps of what was built from the checkout."""
        return self.built / "stamps"

    @property
    def data_stamps(self) -> Path:
        return self.var / "stamps"

    @property
    def run(self) -> Path:
        """Folder of the unix sockets: ``var/run``, or one under the temporary folder where that path is too long.

        A function of the checkout's path alone, so that every process finds the same.
        """
        near = self.var / "run"
        if len(os.fsencode(near / "actions.sock")) <= LONGEST_SOCKET_PATH:
            return near
        name = hashlib.sha256(os.fsencode(self.var)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"frontdesk-{os.getuid()}-{name}"

    @property
    def state(self) -> Path:
        """What the supervisor runs, as JSON; always under ``var``."""
        return self.var / "run" / "supervisor.json"

    @property
    def redis_socket(self) -> Path:
        return self.run / "redis.sock"

    @property
    def actions_socket(self) -> Path:
        return self.run / "actions.sock"

    @property
    def worker_socket(self) -> Path:
        return self.run / "worker.sock"

    def bot_sockets(self, replicas: int) -> tuple[Path, ...]:
        return tuple(self.run / f"bot-{number}.sock" for number in range(replicas))

    def create(self) -> None:
        for folder in (self.models, self.stamps, self.data_stamps):
            folder.mkdir(parents=True, exist_ok=True)
        for private in (
            self.secrets,
            self.databases,
            self.index,
            self.redis,
            self.mail,
            self.portraits,
            self.uploads,
            self.log,
            self.var / "run",
            self.run,
        ):
            private.mkdir(parents=True, exist_ok=True, mode=0o700)
            if private.stat().st_uid != os.getuid():
                raise PermissionError(13, "the folder belongs to another user", str(private))
            private.chmod(0o700)
        if self.run != self.var / "run":
            (self.var / "run" / "elsewhere").write_text(f"{self.run}\n")
