# One image for every process of ours: `python -m service …`, `python -m workers urgent|bulk`.

FROM python:3.11.14-slim-bookworm AS made
RUN python -m venv /opt/venv
WORKDIR /opt/loa
COPY requirements/runtime.txt requirements/
RUN /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --no-input \
    --require-hashes --only-binary :all: --no-deps -r requirements/runtime.txt
COPY contact_registry contact_registry
COPY service service
COPY templates templates
COPY workers workers
RUN /opt/venv/bin/python -m compileall -q /opt/venv/lib contact_registry service workers && chmod -R a+rX /opt

FROM python:3.11.14-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home loa && install -d -o loa -g loa -m 0700 /var/lib/loa /backups
COPY --from=made /opt /opt
WORKDIR /opt/loa
ENV PATH=/opt/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 10001
ENTRYPOINT ["python", "-m"]
CMD ["service", "--help"]
