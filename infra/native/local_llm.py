"""Serve a model file with the OpenAI-compatible API on loopback: a child process of circus.

llama.cpp's own server by way of xllamacpp. It is slow on small machines: keep prompts short. It
answers for embeddings, too: weak ones, as a chat model's are.
"""

import argparse
import os
import signal
import threading
from pathlib import Path

from xllamacpp.xllamacpp import CommonParams, Server, llama_pooling_type

CONTEXT_TOKENS = 4096  # of each slot; all slots share what the server is given
SLOTS = 2  # answers at the same time; more only slow each other down on few cores
PROMPT_CACHE_MEGABYTES = 128  # the default of 8 GB would eat a small machine


def parameters(model: Path, host: str, port: int, cores: int) -> CommonParams:
    """Return the server's settings; those that differ from the defaults were measured."""
    chosen = CommonParams()
    chosen.model.path = str(model)
    chosen.hostnames = [host]
    chosen.port = port
    chosen.n_parallel = SLOTS
    chosen.n_ctx = CONTEXT_TOKENS * SLOTS
    chosen.cpuparams.n_threads = max(1, cores - 1)
    chosen.cpuparams_batch.n_threads = max(1, cores - 1)
    chosen.fit_params = False
    chosen.no_extra_bufts = True
    chosen.cache_ram_mib = PROMPT_CACHE_MEGABYTES
    # The same process answers /v1/embeddings, of texts up to 512 tokens; chat goes on as before.
    chosen.embedding = True
    chosen.pooling_type = llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
    return chosen


def main() -> None:
    """Serve until SIGTERM."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("model", type=Path)
    arguments.add_argument("--host", default="127.0.0.1")
    arguments.add_argument("--port", type=int, default=26740)
    asked = arguments.parse_args()
    ended = threading.Event()
    for wanted in (signal.SIGTERM, signal.SIGINT):
        signal.signal(wanted, lambda *_: ended.set())
    server = Server(parameters(asked.model, asked.host, asked.port, os.cpu_count() or 1))
    ended.wait()
    del server


if __name__ == "__main__":
    main()
