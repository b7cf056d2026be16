"""A step file run as a script: `python my_step.py --payload payload.json`. Called by
Step.main().
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog

from warren.contracts.base import JsonObject
from warren.step.errors import Permanent, Retryable
from warren.step.run_step import Runnable, run_step

SCRIPT_TIMEOUT_SECONDS = 600.0  # a person watches and can press Ctrl-C


def run_script(make: Callable[[JsonObject, str, str], Runnable], class_name: str) -> None:
    """Run one step on the payload file named on the command line and print the payload it
    returns.
    """
    parser = argparse.ArgumentParser(description=f"Run the step {class_name} on one payload.")
    parser.add_argument("--payload", type=Path, required=True, help="a JSON file with the payload")
    parser.add_argument("--bot", default="bot", help="the bot's name, as self.bot_name")
    parser.add_argument(
        "--step", default=class_name.lower(), help="the step's id, as self.step_name"
    )
    parser.add_argument("--config", type=_json_object, default={}, help="self.config, as JSON")
    arguments = parser.parse_args()
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))
    try:
        payload = _json_object(arguments.payload.read_text(encoding="utf-8"))
        step = make(arguments.config, arguments.bot, arguments.step)
        result = asyncio.run(run_step(step, payload, timeout_seconds=SCRIPT_TIMEOUT_SECONDS))
    except (OSError, argparse.ArgumentTypeError, Permanent, Retryable) as exc:
        sys.exit(f"{class_name}: {exc}")
    sys.stdout.write(json.dumps(result, indent=2, ensure_ascii=False) + "\n")


def _json_object(text: str) -> JsonObject:
    try:
        value: Any = json.loads(text)
    except ValueError as exc:
        raise argparse.ArgumentTypeError(f"not JSON: {exc}") from exc
    if not isinstance(value, dict):
        raise argparse.ArgumentTypeError("not a JSON object")
    return value  # type: ignore[return-value]  # JSON keys are text
