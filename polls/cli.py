"""The command `hemicycle`: run a server, and look after its panels."""

from __future__ import annotations

from gevent import monkey

monkey.patch_all()

from polls.commands.main import main  # noqa: E402

__all__ = ["main"]

if __name__ == "__main__":
    main()
