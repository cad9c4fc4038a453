# The deployment that the documentation recommends: https://fastapi.tiangolo.com/deployment/server-workers/
exec .venv/bin/python -m uvicorn app.main:app \
  --host "${HOST:-127.0.0.1}" --port "${PORT:-8000}" --workers "${WORKERS:-1}" \
  --loop uvloop --http httptools --no-access-log --log-level warning --timeout-graceful-shutdown 3
