# The four services, the migrations and the command line in one image; the command says which.
FROM python:3.13-slim AS packages
RUN pip install --no-cache-dir uv==0.13.9
ENV UV_PYTHON_DOWNLOADS=never VIRTUAL_ENV=/opt/venv
COPY infra/docker/services.lock /tmp/services.lock
RUN uv venv /opt/venv && uv pip sync --no-cache --require-hashes /tmp/services.lock

FROM python:3.13-slim
# Folders that a volume covers: any user may write, since compose decides who runs the container.
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin warren \
    && install -d -m 1777 /definitions /cache
COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY libs/warren/bot_manager bot_manager
COPY libs/warren/warren warren
COPY services/registry/registry registry
COPY services/chat-api/chat_api chat_api
COPY services/gateway-ws/gateway_ws gateway_ws
COPY services/bot-runner/bot_runner bot_runner
COPY infra/docker/ready.py ready.py
ENV PATH=/opt/venv/bin:$PATH PYTHONPATH=/app PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001
CMD ["python", "-m", "chat_api"]
