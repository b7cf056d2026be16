# The local language model's server; the model file itself is mounted at /model.gguf.
FROM python:3.13-slim AS packages
RUN pip install --no-cache-dir uv==0.13.9
ENV UV_PYTHON_DOWNLOADS=never VIRTUAL_ENV=/opt/venv
COPY infra/docker/llm.lock /tmp/llm.lock
RUN uv venv /opt/venv && uv pip sync --no-cache --require-hashes /tmp/llm.lock

FROM python:3.13-slim
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/*
COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY infra/native/local_llm.py local_llm.py
COPY infra/docker/ready.py ready.py
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 INNER_PORT=26740
USER 10001
CMD ["python", "local_llm.py", "/model.gguf", "--host", "0.0.0.0"]
