"""`python -m infra.local.run [--empty]`: the local stack in the foreground, until Ctrl-C or SIGTERM."""

import argparse
import signal
import sys
import threading
import time
from types import FrameType

from infra.demo.catalog import PEOPLE, load
from infra.local.choices import Choices, StopRequested
from infra.local.prefetch import warm
from infra.local.servers import LocalStackError
from infra.local.stack import LocalStack, check_tools

_TIME_TO_CONFIRM = 10.0  # seconds


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="make run", description=__doc__)
    parser.add_argument("--empty", action="store_true", help="do not load the demo catalog")
    empty = parser.parse_args(arguments).empty
    stop, kill_now = threading.Event(), threading.Event()

    starting = True
    warned_at = 0.0

    def on_signal(number: int, _frame: FrameType | None) -> None:
        nonlocal warned_at
        again = stop.is_set()
        stop.set()
        if starting and not again:
            raise StopRequested  # abandons whatever is waited for, for example packaging
        if again and number == signal.SIGINT:
            if warned_at and time.monotonic() - warned_at < _TIME_TO_CONFIRM:
                kill_now.set()
            else:
                warned_at = time.monotonic()
                _say("The emulator is saving its data. Ctrl-C once more within 10 s ends it at once, and loses them.")

    signal.signal(signal.SIGINT, on_signal)
    signal.signal(signal.SIGTERM, on_signal)
    try:
        check_tools()
        stack = LocalStack(Choices.of_environment(), say=_say, stopping=stop.is_set, kill_now=kill_now.is_set)
        info = stack.start()
        starting = False
    except StopRequested:
        return 0
    except LocalStackError as error:
        if stop.is_set():
            return 0
        print(f"seqport: {error}", file=sys.stderr)
        return 1
    try:
        if not empty and not stop.is_set():
            load(info, say=_say, stopping=stop.is_set)
        if not empty and not stop.is_set():
            warm(stack.url)
        if not stop.is_set():
            stack.open()
            _greet(stack.url, empty=empty)
        stop.wait()
    finally:
        _say("Stopping …")
        stack.stop()
    return 0


def _say(line: str) -> None:
    print(line, flush=True)


def _greet(url: str, *, empty: bool) -> None:
    lines = [f"Seqport runs at {url} (API: {url}/api/v1, mail: {url}/local/mail). Ctrl-C ends it."]
    lines.append(f'Sign in: curl -X POST {url}/local/token -d \'{{"email": "analyst@demo.example.org"}}\'')
    if not empty:
        lines.append("People of the demo catalog: " + ", ".join(PEOPLE.values()))
    _say("\n".join(lines))


if __name__ == "__main__":
    sys.exit(main())
