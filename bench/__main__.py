"""`make bench w=hop`: run one workload; its last line is its figure. Loopback only, bounded."""

import argparse
import asyncio

from bench import hop, letters, push


def main() -> None:
    """Read the command line and run the workload."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    workloads = parser.add_subparsers(dest="workload", required=True)
    hop.arguments(workloads.add_parser("hop", help=hop.__doc__))
    push.arguments(workloads.add_parser("push", help=push.__doc__))
    letters.arguments(workloads.add_parser("letters", help=letters.__doc__))
    chosen = parser.parse_args()
    match chosen.workload:
        case "hop":
            hop.run(chosen)
        case "letters":
            letters.run(chosen)
        case _:
            asyncio.run(push.run(chosen))


if __name__ == "__main__":
    main()
