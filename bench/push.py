"""POST to socket push."""

import argparse


def arguments(parser: argparse.ArgumentParser) -> None: ...
async def run(chosen: argparse.Namespace) -> None: ...
