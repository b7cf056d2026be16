# The one origin: Caddy with the built client in it.
FROM node:24-slim AS client
WORKDIR /client
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY frontend ./
RUN npm run build

FROM caddy:2
COPY infra/caddy /etc/caddy
COPY --from=client /client/dist /srv
USER 10001
CMD ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]
