"""A real nginx that runs the files of deploy/, on ports and in folders of its own.

The site's file and the one for proxying are used as they are. In the small files that differ from
host to host only ports, names and places are replaced, and each replacement has to fit.
"""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.support.processes import end_process, find_free_port, start_process, unprivileged_user
from tests.support.waiting import eventually

DEPLOY = Path(__file__).resolve().parent.parent.parent / "deploy"
BROTLI = Path("/usr/lib/nginx/modules/ngx_http_brotli_static_module.so")

MAIN = """\
{modules}
{user}
daemon off;
worker_processes 2;
worker_rlimit_nofile 4096;
pid {folder}/nginx.pid;
error_log {folder}/main.log info;
events {{ worker_connections 1024; }}
http {{
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {deploy}/nginx/hemicycle.conf;
}}
"""


def find_nginx() -> str | None:
    return shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


def make_certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate that this host signed itself."""
    certificate, key = folder / "fullchain.pem", folder / "privkey.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "2", "-subj", f"/CN={name}"),
            *("-addext", f"subjectAltName=DNS:{name},DNS:localhost,IP:127.0.0.1"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    return certificate, key


def replaced(text: str, *pairs: tuple[str, str]) -> str:
    for old, new in pairs:
        assert old in text, f"the file says {old!r} no more"
        text = text.replace(old, new)
    return text


@dataclass
class NginxServer:
    """The site of deploy/nginx in front of workers on these ports."""

    program: str
    folder: Path
    worker_ports: list[int]

    def __post_init__(self) -> None:
        self.https_port, self.http_port = find_free_port(), find_free_port()
        self.url = f"https://localhost:{self.https_port}"
        self.plain_url = f"http://localhost:{self.http_port}"
        self.certificate, self._key = make_certificate(self.folder, "localhost")
        self.served = self.folder / "served"
        self.has_brotli = BROTLI.exists()
        user = unprivileged_user()
        for part in ("served", "acme"):
            (self.folder / part).mkdir(exist_ok=True)
        self._write_files("" if user is None else f"user {user.pw_name};")
        if user is not None:
            for path in (self.folder, *self.folder.rglob("*")):
                os.chown(path, user.pw_uid, user.pw_gid)
                path.chmod(0o755 if path.is_dir() else 0o644)

    def _write_files(self, user: str) -> None:
        site = self.folder / "hemicycle"
        site.mkdir(exist_ok=True)
        source = DEPLOY / "nginx" / "hemicycle"
        shutil.copy(source / "proxy.conf", site)
        if self.has_brotli:
            shutil.copy(source / "brotli.conf", site)
        worker = "server 127.0.0.1:{} max_fails=2 fail_timeout=5s;\n"
        shipped = (source / "workers.conf").read_text("utf-8")
        assert worker.format(5001) in shipped
        self.write_workers(self.worker_ports)
        logs = ("/var/log/nginx/", f"{self.folder}/")
        https = replaced(
            (source / "https.conf").read_text("utf-8"),
            ("listen 443 ssl http2;", f"listen 127.0.0.1:{self.https_port} ssl http2;"),
            ("listen [::]:443 ssl http2;\n", ""),
            ("server_name vote.example;", "server_name localhost;"),
            ("/etc/letsencrypt/live/vote.example/fullchain.pem", str(self.certificate)),
            ("/etc/letsencrypt/live/vote.example/privkey.pem", str(self._key)),
            ("/var/cache/hemicycle", str(self.served)),
            logs,
        )
        http = replaced(
            (source / "http.conf").read_text("utf-8"),
            ("listen 80;", f"listen 127.0.0.1:{self.http_port};"),
            ("listen [::]:80;\n", ""),
            ("server_name vote.example;", "server_name localhost;"),
            ("/var/www/acme", str(self.folder / "acme")),
            logs,
        )
        (site / "https.conf").write_text(https, encoding="utf-8")
        (site / "http.conf").write_text(http, encoding="utf-8")
        main = MAIN.format(
            modules=f"load_module {BROTLI};" if self.has_brotli else "",
            user=user,
            folder=self.folder,
            deploy=DEPLOY,
        )
        (self.folder / "nginx.conf").write_text(main, encoding="utf-8")

    def write_workers(self, ports: list[int]) -> None:
        lines = [f"server 127.0.0.1:{port} max_fails=2 fail_timeout=5s;\n" for port in ports]
        (self.folder / "hemicycle" / "workers.conf").write_text("".join(lines), "utf-8")

    @property
    def log(self) -> str:
        """Everything that nginx wrote down about the site."""
        return "".join(
            path.read_text("utf-8", "replace")
            for path in sorted(self.folder.glob("hemicycle*.log"))
        )

    @property
    def command(self) -> list[str | Path]:
        return [self.program, "-p", self.folder, "-c", self.folder / "nginx.conf"]

    def start(self) -> NginxServer:
        checked = subprocess.run(
            [*map(str, self.command), "-t"], capture_output=True, text=True, check=False
        )
        assert checked.returncode == 0, checked.stderr
        assert "[warn]" not in checked.stderr, checked.stderr
        self._process = start_process(self.command, self.folder / "stdout.log")
        eventually(self._answers, 15, message="nginx answers")
        return self

    def _answers(self) -> bool:
        if self._process.poll() is not None:
            raise RuntimeError("nginx ended: " + (self.folder / "stdout.log").read_text())
        trusted = ssl.create_default_context(cafile=str(self.certificate))
        try:
            with (
                socket.create_connection(("127.0.0.1", self.https_port), 2) as plain,
                trusted.wrap_socket(plain, server_hostname="localhost"),
            ):
                return True
        except OSError:
            return False

    def stop(self) -> None:
        end_process(self._process)
