FROM python:3.13-slim AS build
ARG EXTRAS=postgres,discord
WORKDIR /src
COPY pyproject.toml README.md LICENSE NOTICE.md ./
COPY bot bot
COPY feedback feedback
COPY translation translation
RUN python -m venv /opt/opine && /opt/opine/bin/pip install --no-cache-dir ".[$EXTRAS]"

FROM python:3.13-slim
RUN useradd --system --create-home --uid 10001 opine && install -d -o opine -g opine /data
COPY --from=build /opt/opine /opt/opine
ENV PATH=/opt/opine/bin:$PATH OPINE_DATA=/data OPINE_HOST=0.0.0.0 OPINE_LOG_JSON=true PYTHONUNBUFFERED=1
USER opine
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
CMD ["opine", "serve"]
