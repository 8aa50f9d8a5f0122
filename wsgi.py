"""The WSGI entry; nothing else."""

from gevent import monkey

monkey.patch_all()

from polls.app import create_app  # noqa: E402

app = create_app()
